"""What is remembered of plain replies is what all checks find, for good replies and for spoiled ones."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, permutations
from typing import Any
from xml.sax.saxutils import escape

import pytest

from conformance.bindings.query import read_call
from conformance.checks import remembering
from conformance.checks.documents import judge_document
from conformance.checks.finding import Check, Finding, Outcome
from conformance.checks.judge import CHECKS, judge
from conformance.checks.plain_documents import PLAIN_ANSWERS, are_plain_answers, is_plain_form
from conformance.checks.reading import Reading
from conformance.checks.remembering import Remembering, told_where
from conformance.checks.skeletons import grammar
from conformance.checks.thought_of import THOUGHT_OF
from conformance.spec.documents import DOCUMENTS
from conformance.strategies.bulk import bulk_exchanges
from conformance.strategies.faulty_answers import ANSWER_FAULTS, spoil_answers
from conformance.strategies.faulty_documents import FORM_FAULTS, FORM_RULE_FAULTS
from conformance.strategies.faulty_documents import spoil as spoil_form
from conformance.wire.messages import Exchange

_TEXT = re.compile(rb">([^<]*)</")
_ELEMENT = re.compile(rb"<(\w+)>[^<]*</\1>")
_INSERTED = (
    b"<!--x-->",
    b"<?pi?>",
    b"<![CDATA[x]]>",
    b"&#0;",
    b"&#13;",
    b"&#160;",
    b" ",
    b"\xc2\xa0",
    b"&foo;",
    b"]]>",
)
_VALUES = (
    b"",
    b" ",
    b"2014-02-30T00:00:00Z",
    b"2014-01-01T00:00:00.5Z",
    b"2014-01-01T24:00:00Z",
    b"-1",
    b"0",
    b"99999999999",
    b"true",
    b"False",
    b"x y",
    b"$1.00",
    b"0.005",
    b"A1",
    b"AWS.X.Y",
    b"refused (1408096800000 s)&#160;",
    b"Q\xc3\xa9",
)


def spoil(body: bytes, chance: random.Random) -> bytes:
    """Return a reply with one thing changed, whether or not that is a fault."""
    elements = [found.span() for found in _ELEMENT.finditer(body)]
    begin, end = chance.choice(elements)
    match chance.randrange(6):
        case 0:
            begin, end = chance.choice([found.span(1) for found in _TEXT.finditer(body)])
            return body[:begin] + chance.choice(_VALUES) + body[end:]
        case 1:
            return body[:begin] + body[end:]
        case 2:
            return body[:begin] + body[begin:end] + body[begin:]
        case 3:
            other, last = chance.choice(elements)
            return body[:begin] + body[other:last] + body[begin:] if other > end else body[:end]
        case 4:
            place = chance.randrange(len(body))
            return body[:place] + chance.choice(_INSERTED) + body[place:]
        case _:
            place = chance.randrange(len(body))
            return body[:place] + bytes([chance.choice(b"<>&;\"' \n\r\t\x00\x0b\xffAa0.-/]")]) + body[place + 1 :]


def told_in_full(exchange: Exchange) -> tuple[frozenset[str], Counter[Finding]]:
    """Return what is met by all checks, and what else they find."""
    findings = list(judge(exchange))
    met = frozenset(one.requirement for one in findings if one.outcome is Outcome.MET)
    return met, Counter(one for one in findings if one.outcome is not Outcome.MET)


def differences(exchanges: Iterator[Exchange]) -> tuple[int, list[Exchange]]:
    """Return how many replies were known by their skeletons, and those for which that is not what `judge` says."""
    known, wrong = 0, []
    remembers: Remembering[None] = Remembering(lambda reading: None)
    for exchange in exchanges:
        assert exchange.response is not None
        told = remembers.told(read_call(exchange.request), exchange.response)
        if told is None:
            continue
        known += 1
        seen = Counter(
            replace(finding, where=told_where(finding, number))
            for finding, numbers in told.seen
            for number in numbers or (0,)
        )
        if (told.met, seen) != told_in_full(exchange):
            wrong.append(exchange)
    return known, wrong


@pytest.mark.parametrize("version", ["2006-10-31", "2014-08-15"])
def test_what_is_remembered_is_what_judging_finds(version: str) -> None:
    """All that is met, and all that is told with its places."""
    known, wrong = differences(islice(bulk_exchanges(1, version), 400))
    assert known > 200
    assert not wrong


@pytest.mark.parametrize("version", ["2008-08-02", "2014-08-15"])
def test_spoiled_replies_are_told_as_judging_tells_them(version: str) -> None:
    """Nothing that a check sees is passed over because another reply looked alike."""
    chance = random.Random(version)

    def all_spoiled() -> Iterator[Exchange]:
        for exchange in islice(bulk_exchanges(2, version), 250):
            assert exchange.response is not None
            for body in (spoil(exchange.response.body, chance) for _ in range(4)):
                yield replace(exchange, response=replace(exchange.response, body=body))

    known, wrong = differences(all_spoiled())
    assert known > 30
    assert not wrong


FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Overview><Title>Birds</Title></Overview><Question>'
    "<QuestionIdentifier>q1</QuestionIdentifier><IsRequired>true</IsRequired><QuestionContent><Text>a &amp; b</Text>"
    "</QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
ANSWERS = (
    f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}"><Answer><QuestionIdentifier>q1'
    "</QuestionIdentifier><FreeText>a &lt; b</FreeText></Answer></QuestionFormAnswers>"
)
DETAILS = "<HITId>H1</HITId><HITTypeId>T1</HITTypeId><HITGroupId>G1</HITGroupId><Title>t</Title>"
VALID = "<Request><IsValid>True</IsValid></Request>"
ASSIGNMENT = "<AssignmentId>A1</AssignmentId><WorkerId>AW</WorkerId><HITId>H1</HITId>"


def spoiled_documents() -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of plain documents and of those that are spoiled in every way that is known."""
    yield "QuestionForm", FORM
    yield "QuestionFormAnswers", ANSWERS
    for fault in FORM_FAULTS | FORM_RULE_FAULTS:
        yield "QuestionForm", spoil_form(FORM, fault)
    for fault in ANSWER_FAULTS:
        yield "QuestionFormAnswers", spoil_answers(ANSWERS, fault)


def test_spoiled_documents_in_replies_are_told_as_judging_tells_them(replies: Any) -> None:
    """Each is plain in no more than the way in which nothing is wrong with it."""

    def exchanges() -> Iterator[Exchange]:
        for kind, text in spoiled_documents():
            if kind == "QuestionForm":
                body = f"<HIT>{VALID}{DETAILS}<Question>{escape(text)}</Question></HIT>"
                call, whole = replies.call("GetHIT", {"HITId": ["H1"]}), replies.reply("GetHIT", "", result="HIT")
                yield replies.exchange(call, whole.replace("<HIT></HIT>", body))
            else:
                counted = "<NumResults>1</NumResults><TotalNumResults>1</TotalNumResults><PageNumber>1</PageNumber>"
                inner = f"{VALID}{counted}<Assignment>{ASSIGNMENT}<Answer>{escape(text)}</Answer></Assignment>"
                call = replies.call("GetAssignmentsForHIT", {"HITId": ["H1"]})
                yield replies.exchange(call, replies.reply("GetAssignmentsForHIT", inner))

    known, wrong = differences(exchanges())
    assert known >= 2
    assert not wrong


def test_plain_documents_are_those_that_judging_finds_nothing_wrong_with() -> None:
    """The plain ones are known as such, and whatever else is taken for one is faultless."""
    plain = {"QuestionForm": is_plain_form, "QuestionFormAnswers": are_plain_answers}
    assert is_plain_form(escape(FORM).encode())
    assert are_plain_answers(escape(ANSWERS).encode())
    for kind, text in spoiled_documents():
        if plain[kind](escape(text).encode()):
            assert all(one.outcome is Outcome.MET for one in judge_document(text, expected=(kind,))), text


def test_a_plain_form_has_one_question_of_a_name_and_a_size_that_may_be() -> None:
    """Two of one name are told of, and one that is too long is missed."""
    question = FORM[FORM.index("<Question>") : FORM.index("</QuestionForm>")]
    assert is_plain_form(escape(FORM.replace(question, question + question.replace("q1", "q2"))).encode())
    assert not is_plain_form(escape(FORM.replace(question, question * 2)).encode())
    assert not is_plain_form(escape(FORM.replace("Birds", "Birds" * 15_000)).encode())


def test_it_is_known_of_every_check_what_it_looks_at() -> None:
    """For a new check, a renamed one, or one that decides other requirements, see `thought_of`."""
    assert {check.name: check.declared for check in CHECKS} == dict(THOUGHT_OF)


def another(one: Check) -> Check:
    """Return a check that decides the same and goes by another name."""

    def judge(reading: Reading) -> Iterable[Finding]:
        return one.judge(reading)

    return replace(one, judge=judge)


@pytest.mark.parametrize(
    "checks",
    [
        (*CHECKS, CHECKS[0]),
        CHECKS[1:],
        (another(CHECKS[0]), *CHECKS[1:]),
        (replace(CHECKS[0], declared=("Common.Other",)), *CHECKS[1:]),
    ],
    ids=["one more", "one less", "another one", "other requirements"],
)
def test_checks_that_nobody_thought_of_turn_remembering_off(
    checks: tuple[Check, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may look at what no skeleton keeps."""
    exchange = next(bulk_exchanges(1, "2014-08-15", ["ApproveAssignment"]))
    assert exchange.response is not None
    call = read_call(exchange.request)
    assert Remembering(lambda reading: None).told(call, exchange.response) is not None
    monkeypatch.setattr(remembering, "CHECKS", checks)
    assert Remembering(lambda reading: None).told(call, exchange.response) is None


@pytest.mark.parametrize(
    "changed",
    [
        b"<NumResults>2<",
        b"<TotalNumResults>0<",
        b"<IsValid>true<",
        b"<SubmitTime>2014-02-30T00:00:00Z<",
        b"<AssignmentId>lower<",
    ],
)
def test_a_page_with_a_wrong_value_is_not_plain(changed: bytes) -> None:
    """Counters that do not agree, values that a check objects to."""
    page = (
        b'<?xml version="1.0"?>\n<GetAssignmentsForHITResponse><OperationRequest><RequestId>r</RequestId>'
        b"</OperationRequest><GetAssignmentsForHITResult><Request><IsValid>True</IsValid></Request>"
        b"<NumResults>1</NumResults><TotalNumResults>1</TotalNumResults><PageNumber>1</PageNumber><Assignment>"
        b"<AssignmentId>A1</AssignmentId><SubmitTime>2014-02-20T00:00:00Z</SubmitTime></Assignment>"
        b"</GetAssignmentsForHITResult></GetAssignmentsForHITResponse>"
    )
    read = grammar("2014-08-15", "GetAssignmentsForHIT").read(page)
    assert read is not None
    assert remembering._counts(read)
    name = changed.partition(b">")[0]
    odd = grammar("2014-08-15", "GetAssignmentsForHIT").read(re.sub(name + rb">[^<]*<", changed, page))
    assert odd is None or not remembering._counts(odd)


def test_plain_answers_are_those_that_judging_finds_nothing_wrong_with() -> None:
    """One that repeats a question, or has a reference that is none, is judged as it always is."""
    assert are_plain_answers(PLAIN_ANSWERS)
    text = PLAIN_ANSWERS.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&quot;", b'"').decode()
    assert all(one.outcome is Outcome.MET for one in judge_document(text, expected=("QuestionFormAnswers",)))
    answer = b"&lt;Answer" + PLAIN_ANSWERS.split(b"&lt;Answer")[1].partition(b"&lt;/Answer&gt;")[0] + b"&lt;/Answer&gt;"
    assert not are_plain_answers(PLAIN_ANSWERS.replace(answer, answer * 2))
    assert not are_plain_answers(PLAIN_ANSWERS.replace(b"&gt;q&lt;", b"&gt;&amp;foo;&lt;"))
    assert are_plain_answers(PLAIN_ANSWERS.replace(b"&lt;FreeText&gt;", b"&lt;FreeText&gt;a &amp;amp; b"))


def test_what_little_memory_has_forgotten_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few kinds of replies, and mixtures of their items, are kept."""
    monkeypatch.setattr(remembering, "KEPT", 3)
    monkeypatch.setattr(remembering, "MIXTURES_KEPT", 1)
    known, wrong = differences(islice(bulk_exchanges(3, "2014-08-15"), 100))
    assert known > 50
    assert not wrong


def test_items_in_another_order_are_the_same_mixture(replies: Any) -> None:
    """What is kept does not grow with the number of pages: 23 kinds stand in more orders than any memory has."""
    items = [f"<HIT>{DETAILS}{more}</HIT>" for more in ("", "<Keywords>k</Keywords>", "<Description>d</Description>")]
    remembers: Remembering[None] = Remembering(lambda reading: None)
    call = replies.call("SearchHITs", {})
    counted = "<NumResults>3</NumResults><TotalNumResults>3</TotalNumResults><PageNumber>1</PageNumber>"
    told = []
    for page in permutations(items):
        exchange = replies.exchange(call, replies.reply("SearchHITs", f"{VALID}{counted}{''.join(page)}"))
        told.append(remembers.told(read_call(exchange.request), exchange.response))
    assert all(one is not None and one.met is told[0].met for one in told)
