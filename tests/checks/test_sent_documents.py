"""Documents that a call carries: what an endpoint should not have taken."""

from typing import Any

import pytest

from conformance.checks.finding import Finding, Outcome
from conformance.checks.reading import read_exchange
from conformance.checks.sent_documents import CHECKS
from conformance.spec.documents import DOCUMENTS
from conformance.strategies.faulty_content import BLOCK_FAULTS
from conformance.strategies.faulty_documents import FORM_FAULTS, FORM_RULE_FAULTS, spoil

CHOICE = (
    "<SelectionAnswer><Selections><Selection><SelectionIdentifier>a</SelectionIdentifier><Text/></Selection>"
    "</Selections></SelectionAnswer>"
)
KEY = (
    f'<AnswerKey xmlns="{DOCUMENTS["AnswerKey"]}"><Question><QuestionIdentifier>q</QuestionIdentifier><AnswerOption>'
    "<SelectionIdentifier>a</SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption></Question></AnswerKey>"
)
HTML = (
    f'<HTMLQuestion xmlns="{DOCUMENTS["HTMLQuestion"]}"><HTMLContent>a</HTMLContent>'
    "<FrameHeight>1</FrameHeight></HTMLQuestion>"
)
EXTERNAL = (
    f'<ExternalQuestion xmlns="{DOCUMENTS["ExternalQuestion"]}"><ExternalURL>https://example.org/</ExternalURL>'
    "<FrameHeight>1</FrameHeight></ExternalQuestion>"
)
CREATE_TYPE = "CreateQualificationType"
REFUSED = (
    "<Request><IsValid>False</IsValid><Errors><Error><Code>c</Code><Message>m</Message></Error></Errors></Request>"
)


def form(specification: str = "<FreeTextAnswer/>", content: str = "<Text/>") -> str:
    return (
        f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
        f"<QuestionContent>{content}</QuestionContent><AnswerSpecification>{specification}</AnswerSpecification>"
        "</Question></QuestionForm>"
    )


def judged(replies: Any, operation: str, *, accepted: bool = True, **values: str) -> list[Finding]:
    """Return what the checks of this module alone find in a call that was accepted, or refused."""
    result, good = ("HIT", "<HITId>H</HITId>") if operation == "CreateHIT" else ("QualificationType", "")
    inner = f"<Request><IsValid>True</IsValid></Request>{good}" if accepted else REFUSED
    request = replies.call(operation, {name: [value] for name, value in values.items()})
    reading = read_exchange(replies.exchange(request, replies.reply(operation, inner, result=result)))
    assert reading.accepted is accepted
    return [finding for check in CHECKS for finding in check.judge(reading)]


def missed(replies: Any, operation: str, **values: str) -> list[str]:
    return [one.requirement for one in judged(replies, operation, **values) if one.outcome is Outcome.MISSED]


def test_sound_documents_are_taken_in_silence(replies: Any) -> None:
    """Each kind in its place."""
    block = form(content="<FormattedContent><![CDATA[<b>a</b>&nbsp;]]></FormattedContent>")
    for question in (form(), block, HTML, EXTERNAL):
        assert judged(replies, "CreateHIT", Question=question) == []
    assert judged(replies, CREATE_TYPE, Test=form(CHOICE), AnswerKey=KEY) == []
    assert judged(replies, "UpdateQualificationType", Test=form(CHOICE), AnswerKey=KEY) == []


@pytest.mark.parametrize("question", ["birds", "<a/>", form("")])
def test_a_refused_call_shows_nothing(replies: Any, question: str) -> None:
    """It may have been refused for another reason."""
    assert judged(replies, "CreateHIT", accepted=False, Question=question) == []


@pytest.mark.parametrize(
    ("operation", "parameter", "text", "requirement"),
    [
        ("CreateHIT", "Question", "who what?", "CreateHIT.Question.not-xml"),
        ("CreateHIT", "Question", "<a/>", "CreateHIT.Question.schema-invalid"),
        ("CreateHIT", "Question", KEY, "CreateHIT.Question.schema-invalid"),
        ("CreateHIT", "Question", form() + " " * 65_536, "CreateHIT.Question.size"),
        (CREATE_TYPE, "Test", "who what?", "CreateQualificationType.Test.questionform"),
        (CREATE_TYPE, "Test", KEY, "CreateQualificationType.Test.questionform"),
        (CREATE_TYPE, "Test", form().replace("<Text/>", "<Text a='b'/>"), "CreateQualificationType.Test.questionform"),
        (CREATE_TYPE, "Test", EXTERNAL, "CreateQualificationType.Test.no-externalquestion"),
        (CREATE_TYPE, "Test", HTML, "HTMLQuestion.not-for-quals"),
        (CREATE_TYPE, "Test", form() + " " * 65_536, "CreateQualificationType.Test.max"),
        (CREATE_TYPE, "AnswerKey", "birds", "CreateQualificationType.AnswerKey.valid"),
        (CREATE_TYPE, "AnswerKey", form(), "CreateQualificationType.AnswerKey.valid"),
        (CREATE_TYPE, "AnswerKey", KEY + " " * 65_536, "CreateQualificationType.AnswerKey.max"),
        ("UpdateQualificationType", "Test", form() + " " * 65_536, "UpdateQualificationType.Test.max"),
        ("UpdateQualificationType", "AnswerKey", KEY + " " * 65_536, "UpdateQualificationType.AnswerKey.max"),
    ],
)
def test_what_was_taken_though_it_is_refused_is_missed(
    replies: Any, operation: str, parameter: str, text: str, requirement: str
) -> None:
    """At the requirement that says so."""
    assert missed(replies, operation, **{parameter: text}) == [requirement]


def test_a_test_holds_no_upload(replies: Any) -> None:
    """A HIT's form may."""
    sizes = "<MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes>5</MinFileSizeInBytes>"
    upload = form(f"<FileUploadAnswer>{sizes}</FileUploadAnswer>")
    assert missed(replies, CREATE_TYPE, Test=upload) == ["CreateQualificationType.Test.no-fileupload"]
    assert missed(replies, "CreateHIT", Question=upload) == []


def test_a_form_with_a_key_asks_for_choices_only(replies: Any) -> None:
    """Without a key it may ask for more."""
    other = form(CHOICE.replace("</Selections>", "<OtherSelection/></Selections>"))
    assert missed(replies, CREATE_TYPE, Test=other, AnswerKey=KEY) == [
        "CreateQualificationType.AnswerKey.no-otherselection"
    ]
    assert missed(replies, CREATE_TYPE, Test=form(), AnswerKey=KEY) == ["CreateQualificationType.AnswerKey.no-freetext"]
    assert missed(replies, CREATE_TYPE, Test=other) == []


@pytest.mark.parametrize("fault", [*FORM_FAULTS, *FORM_RULE_FAULTS])
def test_each_fault_of_a_form_is_laid_at_its_requirement(replies: Any, fault: str) -> None:
    """Where the documents say that the call fails; what is only told is not held against the endpoint."""
    requirement = fault.partition("/")[0]
    found = set(missed(replies, "CreateHIT", Question=spoil(form(), fault)))
    told = {"QuestionForm.style-values/plural"}
    doubtful = requirement in ("FormattedContent.mailto-form", "FormattedContent.tag-list-schema-extra")
    refused = fault in FORM_FAULTS or (fault in BLOCK_FAULTS and not doubtful)
    assert found == ({requirement} if refused and fault not in told else set())


def test_the_place_names_the_parameter_and_both_paths(replies: Any) -> None:
    """As far in as the fault is."""
    block = form(content="<FormattedContent><![CDATA[<p><span/></p>]]></FormattedContent>")
    (finding,) = judged(replies, "CreateHIT", Question=block)
    inner = "/QuestionForm/Question/QuestionContent/FormattedContent"
    assert finding.where == f"Question → {inner} → /p/span"
    assert (finding.expected, finding.actual) == ("the call refused", "accepted, with <span>")
