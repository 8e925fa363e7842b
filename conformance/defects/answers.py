"""Faults in the answers that are kept of a submission."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, acting
from conformance.reference.worker import Visit, WorkerAction


def answered(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the answers that are kept of a submission."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        answer, record = action(visit), visit.store.assignments[visit.text("assignment_id")]
        visit.store.save_assignment(replace(record, answer=change(record.answer or "")))
        return answer

    return acting("submit-assignment", wrapper)


def _swapped(old: str, new: str) -> Plant:
    return answered(lambda answer: answer.replace(old, new))


def _last_lost(name: str) -> Callable[[str], str]:
    def change(answer: str) -> str:
        before, mark, after = answer.rpartition(f"<{name}>")
        return before + after.partition(f"</{name}>")[2] if mark else answer

    return change


def _first_lost(name: str) -> Callable[[str], str]:
    def change(answer: str) -> str:
        before, mark, after = answer.partition(f"<{name}>")
        return before + after.partition(f"</{name}>")[2] if mark else answer

    return change


_KINDS = "QuestionFormAnswers"
DEFECTS: tuple[Defect, ...] = (
    defect(
        "answers/under-other-names",
        _swapped("<QuestionIdentifier>", "<QuestionIdentifier>no-"),
        f"{_KINDS}.identifier",
        also=(f"{_KINDS}.*",),
        because="no answer is found under the name of its question",
    ),
    defect("answers/text-without-accents", _swapped("é", "e"), f"{_KINDS}.freetext"),
    defect("answers/text-escaped-twice", _swapped("&lt;", "&amp;lt;"), f"{_KINDS}.freetext"),
    defect("answers/one-selection", answered(_first_lost("SelectionIdentifier")), f"{_KINDS}.selection"),
    defect("answers/own-selection-lost", answered(_last_lost("OtherSelectionText")), f"{_KINDS}.other-selection"),
    defect(
        "answers/chosen-for-the-worker",
        _swapped(
            "<QuestionIdentifier>none</QuestionIdentifier>",
            "<QuestionIdentifier>none</QuestionIdentifier><SelectionIdentifier>a</SelectionIdentifier>",
        ),
        f"{_KINDS}.no-selection",
    ),
    defect(
        "answers/one-twice",
        answered(
            lambda answer: answer.replace(
                "<Answer><QuestionIdentifier>two<",
                "<Answer><QuestionIdentifier>said</QuestionIdentifier></Answer><Answer><QuestionIdentifier>two<",
            )
        ),
        f"{_KINDS}.one-per-answered",
        also=(f"{_KINDS}.schema",),
        because="an Answer that is there twice",
    ),
)
