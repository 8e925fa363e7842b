"""UpdateQualificationType: what it changes, what it leaves alone, and what it refuses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.answer_keys import chosen, form_of
from conformance.suites.forms import canonical, form_and_answer, selection_form
from conformance.suites.pages import external_question
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import (
    DESCRIPTION,
    GET,
    UPDATE,
    asked,
    awaited,
    handed_in,
    held,
    read,
    scored,
    settled,
)
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

NEW = f"{DESCRIPTION}, and changed by it"
DURATION = "3600"
FORM, KEY = selection_form("q1")
OTHER_FORM, OTHER_KEY = selection_form("q2")
EXTERNAL = external_question("https://example.org/")
NO_CONTENT = form_of(
    "<Question><QuestionIdentifier>q</QuestionIdentifier><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question>"
)
TEST = {"Test": FORM, "TestDurationInSeconds": DURATION}
OTHER_TEST = {"Test": OTHER_FORM, "TestDurationInSeconds": DURATION}


def says(reply: Reply, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what a reply says of a type, documents in canonical form, without the members in ``but``."""
    documents = ("Test", "AnswerKey")
    return {
        child.tag: canonical(child.text) if child.tag in documents else (child.text or "").strip()
        for result in reply.answer.results[:1]
        for child in (result[0] if result.tag == f"{UPDATE}Result" and len(result) else result)
        if child.tag not in ("Request", *but)
    }


def different(one: dict[str, str], other: dict[str, str]) -> str:
    """Return the names of what two views of a type tell differently."""
    return ", ".join(name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An update that has to be refused: what the type was made with, and what the call sends."""

    made: dict[str, str]
    sent: dict[str, str]


REFUSED: dict[str, tuple[Refused, ...]] = {
    f"{UPDATE}.Test.needs-duration": (Refused(made=TEST, sent={"Test": OTHER_FORM}),),
    f"{UPDATE}.Test.on-autogranted": (Refused(made={"AutoGranted": "true"}, sent=TEST),),
    f"{UPDATE}.AnswerKey.needs-test": (Refused(made={**TEST, "AnswerKey": KEY}, sent={"AnswerKey": OTHER_KEY}),),
    f"{UPDATE}.TestDuration.needs-test": (Refused(made=TEST, sent={"TestDurationInSeconds": "60"}),),
    f"{UPDATE}.Test.invalid": tuple(
        Refused(made=TEST, sent={**TEST, "Test": form}) for form in (OTHER_FORM[:-3], EXTERNAL, NO_CONTENT)
    ),
    f"{UPDATE}.AnswerKey.invalid": (
        Refused(made={**TEST, "AnswerKey": KEY}, sent={**OTHER_TEST, "AnswerKey": form_and_answer("q2")[1]}),
    ),
    f"{UPDATE}.AutoGranted.with-test": (
        Refused(made=TEST, sent={"AutoGranted": "true"}),
        Refused(made={}, sent={"AutoGranted": "true", **TEST}),
    ),
}


def refused_rows(version: str) -> Iterator[Row]:
    """Yield the updates that have to be refused in a version."""
    for requirement, updates in REFUSED.items():
        if requirements()[requirement].holds_in(version):
            yield Row(id=requirement, verifies=(requirement,), value=updates)


@pytest.mark.each(rows=refused_rows)
def test_refused(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """The endpoint says no, and the type is as it was."""
    for one in row.value:
        type_id = given.qualification_type(**one.made)
        before = says(read(requester, type_id))
        reply = requester.call(UPDATE, {"QualificationTypeId": type_id, **one.sent})
        after = says(read(requester, type_id))
        told = f"{' and '.join(one.sent)} for a type with {' and '.join(one.made) or 'neither test nor grant'}"
        expect(row.id, is_refusal(reply), where=told, expected="an error", actual=reply.summary)
        if reply.refused and requirements()[row.id].code is not None:
            expect.code(row.id, reply.codes)
        expect(
            row.id,
            before == after,
            where=f"{GET} after {told}",
            expected="the type as it was",
            actual=f"changed: {different(before, after)}",
        )


def _updated(requester: Requester, type_id: str, **values: Any) -> Reply:
    return requester.call(UPDATE, {"QualificationTypeId": type_id, **values})


@pytest.mark.verifies(
    f"{UPDATE}.Description.set",
    f"{UPDATE}.omitted-unchanged",
    f"{UPDATE}.Test.omitted-unchanged",
    f"{UPDATE}.Result.shape",
    f"{UPDATE}.Retry.no-disable",
    f"{UPDATE}.Retry.omitted-2008",
)
def test_description_alone(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(**TEST, AnswerKey=KEY, RetryDelayInSeconds="60")
    before = read(requester, type_id)
    updated = requester.must(UPDATE, {"QualificationTypeId": type_id, "Description": NEW})
    after = settled(given, type_id, lambda reply: reply.text("Description") == NEW)
    expect(
        f"{UPDATE}.Description.set",
        after.text("Description") == NEW,
        where=f"{GET}, Description",
        expected=f"what the update set: {NEW}",
        actual=repr(after.text("Description")),
    )
    changed = different(says(before, but=("Description",)), says(after, but=("Description",)))
    expect(
        f"{UPDATE}.omitted-unchanged",
        not changed,
        where=f"{GET} after an update of Description",
        expected="all else as it was",
        actual=f"changed: {changed}",
    )
    expect(
        f"{UPDATE}.Test.omitted-unchanged",
        canonical(after.text("Test")) == canonical(before.text("Test")),
        where=f"{GET} after an update of Description, Test",
        expected="the test as it was",
        actual=str(after.text("Test")),
    )
    _judge_answer(updated, after, expect)
    expect(
        f"{UPDATE}.Retry.no-disable",
        after.text("RetryDelayInSeconds") == "60",
        where=f"{GET} after an update without RetryDelayInSeconds",
        expected="RetryDelayInSeconds 60, as before",
        actual=repr(after.text("RetryDelayInSeconds")),
    )
    kept = after.text("RetryDelayInSeconds")
    expect.see(f"{UPDATE}.Retry.omitted-2008", where=f"{GET} after an update without it", actual=f"{kept!r}")


def _judge_answer(updated: Reply, after: Reply, expect: Expect) -> None:
    wrapped = ", ".join(result.tag for result in updated.answer.results)
    told = different(says(updated), says(after))
    expect(
        f"{UPDATE}.Result.shape",
        not told and bool(says(updated)),
        where=f"the answer of {UPDATE}, in {wrapped}",
        expected=f"what {GET} says afterwards",
        actual=f"different: {told}" if told else "nothing",
    )


@pytest.mark.verifies(f"{UPDATE}.Name.immutable", f"{UPDATE}.Keywords.immutable")
def test_name_and_keywords_stay(requester: Requester, given: Given, expect: Expect) -> None:
    for parameter in ("Name", "Keywords"):
        kept = {"Name": given.name("type"), "Keywords": "kept, words"}
        text, type_id = kept[parameter], given.qualification_type(**kept)
        reply = _updated(requester, type_id, Description=NEW, **{parameter: given.name("other")})
        after = settled(given, type_id, lambda shown: shown.text("Description") == NEW) if reply.accepted else None
        shown = (after or read(requester, type_id)).text(parameter)
        expect(
            f"{UPDATE}.{parameter}.immutable",
            shown == text,
            where=f"{GET}, {parameter}",
            expected=f"the {parameter} that the type was made with: {text!r}",
            actual=repr(shown),
        )


@pytest.mark.verifies(f"{UPDATE}.Status.set", f"{UPDATE}.Retry.change")
def test_status_and_delay(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(RetryDelayInSeconds="86400")
    changes = (
        ("Status.set", "QualificationTypeStatus", "Inactive"),
        ("Status.set", "QualificationTypeStatus", "Active"),
        ("Retry.change", "RetryDelayInSeconds", "60"),
    )
    for topic, parameter, value in changes:
        reply = _updated(requester, type_id, **{parameter: value})
        shown = settled(given, type_id, lambda one: one.text(parameter) == value).text(parameter)  # noqa: B023
        expect(
            f"{UPDATE}.{topic}",
            reply.accepted and shown == value,
            where=f"{GET}, {parameter}",
            expected=f"what the update set: {value}",
            actual=f"{shown!r}; the update: {reply.summary}",
        )


@pytest.mark.verifies(f"{UPDATE}.Test.no-removal", f"{UPDATE}.Retry.no-disable")
def test_empty_values_take_nothing_away(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(**TEST, RetryDelayInSeconds="60")
    for topic, empty, shown, kept in (
        ("Test.no-removal", {"Test": "", "TestDurationInSeconds": DURATION}, "Test", FORM),
        ("Retry.no-disable", {"RetryDelayInSeconds": ""}, "RetryDelayInSeconds", "60"),
    ):
        _updated(requester, type_id, **empty)
        found = read(requester, type_id).text(shown)
        expect(
            f"{UPDATE}.{topic}",
            canonical(found) == canonical(kept),
            where=f"{GET} after an update with an empty {shown}",
            expected=f"what the type had: {kept}",
            actual=str(found),
        )


@pytest.mark.verifies(f"{UPDATE}.owner-only")
def test_another_requester_cannot_change_a_type(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    type_id = given.qualification_type()
    reply = _updated(second_requester, type_id, Description=NEW)
    expect(
        f"{UPDATE}.owner-only",
        is_refusal(reply),
        where=f"{UPDATE} by another Requester",
        expected="an error that tells nothing of the type",
        actual=reply.summary,
    )
    shown = read(requester, type_id).text("Description")
    expect(
        f"{UPDATE}.owner-only",
        shown == DESCRIPTION,
        where=f"{GET} by the owner, Description",
        expected=f"what it was: {DESCRIPTION}",
        actual=repr(shown),
    )


@pytest.mark.verifies(f"{UPDATE}.Test.add")
def test_a_type_gets_a_test(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    updated = _updated(requester, type_id, **TEST)
    shown = settled(given, type_id, lambda reply: reply.text("Test") is not None).text("Test")
    expect(
        f"{UPDATE}.Test.add",
        updated.accepted and canonical(shown) == canonical(FORM),
        where=f"{GET}, Test",
        expected=f"the test of the update: {FORM}",
        actual=f"{shown}; the update: {updated.summary}",
    )
    attempt = given.workers.request_qualification(given.workers.new_worker(), type_id)
    expect(
        f"{UPDATE}.Test.add",
        attempt.state == "test" and canonical(attempt.test) == canonical(FORM),
        where="what a Worker is given who asks for the Qualification",
        expected=f"the test of the update: {FORM}",
        actual=f"{attempt.state}: {attempt.test}",
    )


@pytest.mark.verifies(f"{UPDATE}.Test.no-key-removes-key")
def test_a_test_without_a_key_is_judged_by_hand(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(**TEST, AnswerKey=KEY), given.workers.new_worker()
    requester.must(UPDATE, {"QualificationTypeId": type_id, **OTHER_TEST})
    shown = settled(given, type_id, lambda reply: reply.text("AnswerKey") is None).text("AnswerKey")
    expect(
        f"{UPDATE}.Test.no-key-removes-key",
        shown is None,
        where=f"{GET}, AnswerKey",
        expected="none, as the new test has none",
        actual=str(shown),
    )
    given.workers.request_qualification(worker, type_id)
    taken = handed_in(given, type_id, worker, chosen(q2="a"))
    waiting = given.settled(lambda: awaited(given, type_id, worker), bool)
    expect(
        f"{UPDATE}.Test.no-key-removes-key",
        taken and len(waiting) == 1,
        where="GetQualificationRequests",
        expected="the request of the Worker who took the new test",
        actual=f"{len(waiting)} requests" if taken else "the answers were not taken",
    )


@pytest.mark.verifies(f"{UPDATE}.AnswerKey.auto")
def test_a_new_key_scores(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(**TEST)
    updated = _updated(requester, type_id, **OTHER_TEST, AnswerKey=OTHER_KEY)
    score = scored(given, type_id, chosen(q2="a"))
    expect(
        f"{UPDATE}.AnswerKey.auto",
        updated.accepted and score == "10",
        where="GetQualificationScore",
        expected="10, the score of the answers by the key",
        actual=f"{score}; the update: {updated.summary}",
    )


@pytest.mark.verifies(f"{UPDATE}.AutoGranted.on", f"{UPDATE}.AutoGrantedValue.set")
def test_grants_by_itself_from_then_on(requester: Requester, given: Given, expect: Expect) -> None:
    for topic, values, value in (
        ("AutoGranted.on", {}, ""),
        ("AutoGrantedValue.set", {"AutoGrantedValue": "7"}, "7"),
    ):
        type_id, worker = given.qualification_type(), given.workers.new_worker()
        updated = _updated(requester, type_id, AutoGranted="true", **values)
        asked(given, type_id, worker)
        score = held(given, type_id, worker)
        expect(
            f"{UPDATE}.{topic}",
            updated.accepted and score != "none" and value in ("", score),
            where="GetQualificationScore",
            expected=f"the Qualification at once{f', with the value {value}' if value else ''}",
            actual=f"{score}; the update: {updated.summary}",
        )


@pytest.mark.verifies(f"{UPDATE}.Retry.enable")
def test_retries_are_allowed_later(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    request = given.pending_request(type_id, worker)
    rejected = {"QualificationRequestId": request.qualification_request_id}
    requester.must("RejectQualificationRequest", rejected)
    updated = _updated(requester, type_id, RetryDelayInSeconds="60")
    clock.advance(61)
    again = asked(given, type_id, worker)
    expect(
        f"{UPDATE}.Retry.enable",
        updated.accepted and again is not None,
        where="a second request after 61 s",
        expected="a Worker who can ask again, as the update allows it after 60 s",
        actual=f"refused; the update: {updated.summary}",
    )
