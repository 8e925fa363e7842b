"""Faulty QuestionFormAnswers, named like cases: by themselves, and as answers to a form that asks everything."""

from hypothesis import strategies as st

from conformance.spec.documents import DOCUMENTS
from conformance.strategies.spoiling import Fault, filled, spoiled, twice, without, without_namespace

A = "QuestionFormAnswers"


def spoil_answers(answers: str, fault: str) -> str:
    """Return valid QuestionFormAnswers with the fault of that name in ANSWER_FAULTS; UsageError for an unknown name."""
    return spoiled(A, answers, fault, ANSWER_FAULTS)


def misfits() -> st.SearchStrategy[tuple[str, str, str]]:
    """Return a strategy of (form, valid answers that do not fit it, name of the misfit in MISFITS)."""
    return st.sampled_from(sorted(MISFITS)).map(lambda name: (FORM_OF_EVERYTHING, misfit(name), name))


def misfit(name: str) -> str:
    """Return the QuestionFormAnswers of that name in MISFITS."""
    return _answers(MISFITS[name])


ANSWER_FAULTS: dict[str, Fault] = {
    "QuestionFormAnswers.namespace/none": without_namespace,
    "QuestionFormAnswers.schema/no-answer": filled(A, "", ""),
    "QuestionFormAnswers.schema/no-identifier": without(A, "Answer/QuestionIdentifier"),
    "QuestionFormAnswers.schema/two-identifiers": twice(A, "Answer/QuestionIdentifier"),
    "QuestionFormAnswers.schema/identifier-last": filled(
        A, "Answer", "<FreeText>a</FreeText><QuestionIdentifier>q</QuestionIdentifier>"
    ),
    "QuestionFormAnswers.schema/unknown-child": filled(
        A, "Answer", "<QuestionIdentifier>q</QuestionIdentifier><Comment>a</Comment>"
    ),
    "QuestionFormAnswers.upload/no-size": filled(
        A,
        "Answer",
        "<QuestionIdentifier>q</QuestionIdentifier><UploadedFileSizeInBytes>some</UploadedFileSizeInBytes>"
        "<UploadedFileKey>k</UploadedFileKey>",
    ),
}
"""Name → fault.  Each of them makes the answers invalid under the schema."""


def _question(name: str, specification: str, more: str = "") -> str:
    return (
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier>{more}<QuestionContent><Text>?</Text>"
        f"</QuestionContent><AnswerSpecification>{specification}</AnswerSpecification></Question>"
    )


def _choice(before: str, after: str = "") -> str:
    selections = "".join(
        f"<Selection><SelectionIdentifier>{name}</SelectionIdentifier><Text>{name}</Text></Selection>" for name in "abc"
    )
    return f"<SelectionAnswer>{before}<Selections>{selections}{after}</Selections></SelectionAnswer>"


def _text(constraint: str) -> str:
    return f"<FreeTextAnswer><Constraints>{constraint}</Constraints></FreeTextAnswer>"


_COUNTS = "<MinSelectionCount>2</MinSelectionCount><MaxSelectionCount>2</MaxSelectionCount>"
_UPLOAD = "<MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes>5</MinFileSizeInBytes>"

_QUESTIONS = "".join(
    (
        _question("needed", "<FreeTextAnswer/>", "<IsRequired>true</IsRequired>"),
        _question("number", _text('<IsNumeric minValue="1" maxValue="9"/>')),
        _question("length", _text('<Length minLength="2" maxLength="4"/>')),
        _question("one", _choice("")),
        _question("two", _choice(_COUNTS)),
        _question("other", _choice("", "<OtherSelection/>")),
        _question("file", f"<FileUploadAnswer>{_UPLOAD}</FileUploadAnswer>"),
    )
)
FORM_OF_EVERYTHING = f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}">{_QUESTIONS}</QuestionForm>'
"""A form with a question of each kind: needed, number, length, one, two, other, file."""

FITTING = {
    "needed": "<FreeText>a</FreeText>",
    "number": "<FreeText>5</FreeText>",
    "length": "<FreeText>é 😀</FreeText>",
    "one": "<SelectionIdentifier>a</SelectionIdentifier>",
    "two": "<SelectionIdentifier>a</SelectionIdentifier><SelectionIdentifier>c</SelectionIdentifier>",
    "other": "<OtherSelectionText>d</OtherSelectionText>",
    "file": "<UploadedFileSizeInBytes>7</UploadedFileSizeInBytes><UploadedFileKey>k</UploadedFileKey>",
}
"""Question of that form → an answer that fits."""


def _answer(name: str, content: str) -> str:
    return f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>{content}</Answer>"


def _answers(changes: dict[str, str]) -> str:
    """Return fitting answers with ``changes``: another content, an answer to no question, or none where empty."""
    given = FITTING | changes
    inner = "".join(_answer(name, content) for name, content in given.items() if content)
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS[A]}">{inner}</QuestionFormAnswers>'


def fitting_answers() -> str:
    """Return answers to FORM_OF_EVERYTHING in which nothing is wrong."""
    return _answers({})


_SIZE = "<UploadedFileSizeInBytes>{}</UploadedFileSizeInBytes><UploadedFileKey>k</UploadedFileKey>"

MISFITS: dict[str, dict[str, str]] = {
    "QuestionFormAnswers.identifier/unknown": {"nobody": "<FreeText>a</FreeText>"},
    "QuestionFormAnswers.freetext/selected": {"needed": FITTING["one"]},
    "QuestionFormAnswers.freetext/uploaded": {"needed": FITTING["file"].replace(">k<", ">l<")},
    "QuestionFormAnswers.selection/unknown": {"one": "<SelectionIdentifier>d</SelectionIdentifier>"},
    "QuestionFormAnswers.selection/typed": {"one": FITTING["needed"]},
    "QuestionFormAnswers.other-selection/no-field": {"one": FITTING["other"]},
    "QuestionFormAnswers.upload/typed": {"file": FITTING["needed"]},
    "QuestionFormAnswers.conformance-claim/required": {"needed": ""},
    "QuestionFormAnswers.conformance-claim/blank": {"needed": "<FreeText> </FreeText>"},
    "QuestionFormAnswers.conformance-claim/not-a-number": {"number": "<FreeText>five</FreeText>"},
    "QuestionFormAnswers.conformance-claim/above": {"number": "<FreeText>10</FreeText>"},
    "QuestionFormAnswers.conformance-claim/short": {"length": "<FreeText>😀</FreeText>"},
    "QuestionFormAnswers.conformance-claim/long": {"length": "<FreeText>abcde</FreeText>"},
    "QuestionFormAnswers.conformance-claim/too-many": {"one": FITTING["two"]},
    "QuestionFormAnswers.conformance-claim/too-few": {"two": FITTING["one"]},
    "QuestionFormAnswers.conformance-claim/same-twice": {"two": FITTING["one"] * 2},
    "QuestionFormAnswers.conformance-claim/small-file": {"file": _SIZE.format(4)},
    "QuestionFormAnswers.conformance-claim/large-file": {"file": _SIZE.format(10)},
}
"""Name → what is answered instead.  All of these answers are valid under their schema."""
