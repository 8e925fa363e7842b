"""GetRequesterWorkerStatistic: how many answers of a Worker review policies have found right and wrong."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.figures import Figures, is_share
from conformance.suites.preconditions import Given
from conformance.suites.reviews import Reviewed, form, known_answers, plurality

STAT = "GetRequesterWorkerStatistic.stat"
_OF_A_KIND = (
    "Number{}AnswersCorrect",
    "Number{}AnswersIncorrect",
    "Number{}AnswersEvaluated",
    "Percent{}AnswersCorrect",
)


def names_of(kind: str) -> list[str]:
    """Return the names of the statistics of a kind of review policy: right, wrong, all, and the share of the right."""
    return [name.format(kind) for name in _OF_A_KIND]


def requirements_of(kind: str) -> list[str]:
    """Return the requirements on these statistics."""
    return [f"{STAT}.{name}" for name in names_of(kind)]


def expect_figures(
    figures: Figures, before: Mapping[str, Decimal], rises: tuple[int, int, int], expect: Expect, *, kind: str, who: str
) -> dict[str, Decimal]:
    """Judge by how much right, wrong and all have risen, and that the share follows; return what they are now."""
    correct, incorrect, evaluated, percent = names_of(kind)
    now: dict[str, Decimal] = {}
    for name, by in zip((correct, incorrect, evaluated), rises, strict=True):
        now[name] = figures.settled(name, before[name] + by)
        expect(
            f"{STAT}.{name}",
            now[name] - before[name] == by,
            where=f"{name} of {who}",
            expected=f"{before[name] + by}: {before[name]} before, and {by}",
            actual=str(now[name]),
        )
    told, share = figures.read(percent), now[correct] / (now[evaluated] or 1)
    expect(
        f"{STAT}.{percent}",
        is_share(told, share),
        where=f"{percent} of {who}",
        expected=f"{share:.4f}, or a hundred times that, rounded",
        actual=str(told),
    )
    return now


@pytest.mark.verifies(*requirements_of("Known"))
def test_counts_known_answers(given: Given, expect: Expect) -> None:
    reviewed, worker = Reviewed(given), given.workers.new_worker()
    figures = Figures(given=given, requester=given.requester, worker_id=worker)
    before = figures.several(*names_of("Known")[:3])
    questions = ["q1", "q2", "q3"]
    hit_id = reviewed.hit(assignment=known_answers(dict.fromkeys(questions, "B")), Question=form(questions))
    reviewed.answered(hit_id, {"q1": "B", "q2": "B", "q3": "C"}, worker)
    now = expect_figures(
        figures, before, (2, 1, 3), expect, kind="Known", who="a Worker with two right answers and a wrong one"
    )
    correct, incorrect, evaluated = (now[name] for name in names_of("Known")[:3])
    expect(
        f"{STAT}.NumberKnownAnswersEvaluated",
        evaluated == correct + incorrect,
        where="NumberKnownAnswersEvaluated",
        expected=f"the sum of NumberKnownAnswersCorrect and NumberKnownAnswersIncorrect: {correct + incorrect}",
        actual=str(evaluated),
    )


@pytest.mark.verifies(*requirements_of("Plurality"))
def test_counts_the_answers_agreed_upon(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(hit=plurality(["q1", "q2"]), Question=form(["q1", "q2"]), MaxAssignments=3)
    everyone = [Figures(given=given, requester=given.requester, worker_id=given.workers.new_worker()) for _ in range(3)]
    before = [figures.several(*names_of("Plurality")[:3]) for figures in everyone]
    for figures, answer in zip(everyone, "AAB", strict=True):
        reviewed.answered(hit_id, {"q1": "A", "q2": answer}, figures.worker_id)
    for figures, earlier, rises, who in zip(
        everyone,
        before,
        ((2, 0, 2), (2, 0, 2), (1, 1, 2)),
        ("the first Worker", "the second Worker, who agrees", "the third Worker, who differs in one of two"),
        strict=True,
    ):
        expect_figures(figures, earlier, rises, expect, kind="Plurality", who=who)
