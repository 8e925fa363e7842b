"""Qualifications that Workers hold: read, changed, revoked."""

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.eligibility import accepts, hit, requires
from conformance.suites.hits import moment
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import asked
from conformance.suites.qualifications import (
    HELD,
    REVOKE,
    SCORE,
    UPDATE,
    assign,
    grant,
    holder,
    holders,
    must,
    named,
    value_of,
)
from conformance.suites.refusals import is_refusal
from conformance.suites.times import MINUTE, apart, let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

GRANTED_WITHIN = 60.0
LOCALE = "00000000000000000071"


def is_below_the_root(reply: Reply) -> bool:
    """Tell whether a Qualification stands directly below the root of a reply."""
    root = reply.answer.root
    return root is not None and any(etree.QName(child).localname == "Qualification" for child in root)


@pytest.mark.verifies(
    f"{SCORE}.returns", f"{SCORE}.Result.shape", f"{UPDATE}.effect", "Qualification.granttime-missing"
)
def test_the_value_last_set_is_returned(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    worker = holder(given, type_id, 80)
    updates = UPDATE in shapes_for(requester.version).operations
    for value in ("80", "95") if updates else ("80",):
        if value == "95":
            updated = requester.call(UPDATE, {**named(type_id, worker), "IntegerValue": value})
            found = value_of(given, type_id, worker, value)
            expect(
                f"{UPDATE}.effect",
                updated.accepted and found == value,
                where=f"{UPDATE} with IntegerValue={value}",
                expected=f"success, and the score is {value}",
                actual=f"{updated.summary}; the score is {found}",
            )
        value_of(given, type_id, worker, value)
        reply = requester.call(SCORE, named(type_id, worker))
        told = [(reply.text(name) or "").strip() for name in ("QualificationTypeId", "SubjectId", "IntegerValue")]
        expect(
            f"{SCORE}.returns",
            told == [type_id, worker, value],
            where=SCORE,
            expected=f"the Qualification of type {type_id} that Worker {worker} holds, {value}",
            actual=f"{reply.summary}; {', '.join(told)}",
        )
    expect(
        f"{SCORE}.Result.shape",
        is_below_the_root(reply),
        where=SCORE,
        expected="Qualification directly below GetQualificationScoreResponse",
        actual=f"{reply.summary}, and none there",
    )
    expect.see("Qualification.granttime-missing", where=SCORE, actual=f"GrantTime {reply.text('GrantTime')!r}")


@pytest.mark.verifies("Qualification.GrantTime.present")
def test_a_qualification_tells_when_it_was_granted(
    requester: Requester, given: Given, clock: ClockDriver, expect: Expect
) -> None:
    type_id = given.qualification_type()
    worker, at = holder(given, type_id, 80), clock.now()
    value_of(given, type_id, worker, "80")
    reply = requester.call(SCORE, named(type_id, worker))
    told_at = reply.text("GrantTime") or ""
    away = apart(told_at, at)
    expect(
        "Qualification.GrantTime.present",
        away is not None and away <= GRANTED_WITHIN,
        where=f"GrantTime in {SCORE} after AssignQualification",
        expected=f"the time of the call, within {GRANTED_WITHIN:.0f} s",
        actual=f"{told_at!r}" + ("" if away is None else f", {away:.0f} s away"),
    )


@pytest.mark.verifies(f"{UPDATE}.IntegerValue.required", f"{UPDATE}.IntegerValue.type")
def test_a_score_is_an_integer(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    worker, before = holder(given, type_id, 50), "50"
    for topic, values in (("required", {}), ("type", {"IntegerValue": "x"}), ("type", {"IntegerValue": "1.5"})):
        reply = requester.call(UPDATE, {**named(type_id, worker), **values})
        _, value, _ = given.score(type_id, worker)
        expect(
            f"{UPDATE}.IntegerValue.{topic}",
            is_refusal(reply) and value == before,
            where=f"{UPDATE} with {values or 'no IntegerValue'}",
            expected=f"an error, and the score is still {before}",
            actual=f"{reply.summary}; the score is {value}",
        )
        before = value


@pytest.mark.verifies(f"{UPDATE}.must-be-granted", f"{REVOKE}.not-held", f"{SCORE}.not-held")
def test_who_never_held_it_has_nothing(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    score = requester.call(SCORE, named(type_id, worker))
    expect(
        f"{SCORE}.not-held",
        is_refusal(score) and score.text("IntegerValue") is None,
        where=SCORE,
        expected="an error, and no IntegerValue",
        actual=score.summary,
    )
    if score.refused:
        expect.code(f"{SCORE}.not-held", score.codes)
    updated = requester.call(UPDATE, {**named(type_id, worker), "IntegerValue": 5})
    expect(
        f"{UPDATE}.must-be-granted",
        is_refusal(updated) and not given.score(type_id, worker)[0],
        where=f"{UPDATE} for a Worker who never held the Qualification",
        expected="an error, and the Worker still does not hold it",
        actual=updated.summary,
    )
    other = requester.call(REVOKE, named(type_id, given.workers.new_worker()))
    expect(
        f"{REVOKE}.not-held",
        is_refusal(other),
        where=f"{REVOKE} for a Worker who never held the Qualification",
        expected="an error",
        actual=other.summary,
    )


@pytest.mark.verifies(f"{SCORE}.system-type")
def test_system_qualifications_cannot_be_read(requester: Requester, given: Given, expect: Expect) -> None:
    reply = requester.call(SCORE, named(LOCALE, given.workers.new_worker()))
    expect(
        f"{SCORE}.system-type",
        is_refusal(reply),
        where=f"{SCORE} of {LOCALE}",
        expected="an error",
        actual=reply.summary,
    )
    if reply.refused:
        expect.code(f"{SCORE}.system-type", reply.codes)


@pytest.mark.verifies(f"{SCORE}.owner-only", f"{UPDATE}.owner-only", f"{REVOKE}.owner-only")
def test_qualifications_are_their_owners(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    type_id = given.qualification_type()
    worker, before = holder(given, type_id, 50), "50"
    for operation, values in ((SCORE, {}), (UPDATE, {"IntegerValue": 51}), (REVOKE, {})):
        reply = second_requester.call(operation, {**named(type_id, worker), **values})
        _, value, status = given.score(type_id, worker)
        listed = holders(given, type_id, {worker}, Status="Granted") if operation == REVOKE else [worker]
        expect(
            f"{operation}.owner-only",
            is_refusal(reply)
            and reply.text("IntegerValue") is None
            and (value, listed, status in ("Granted", "")) == (before, [worker], True),
            where=f"{operation} by another Requester",
            expected=f"an error without data, and the Worker holds the Qualification with the value {before}",
            actual=f"{reply.summary}; {value or 'no value'} {status}, listed for {', '.join(listed) or 'nobody'}",
        )
        before = value


@pytest.mark.verifies(
    f"{REVOKE}.effect",
    f"{REVOKE}.Reason.optional",
    f"{REVOKE}.assign-after",
    f"{UPDATE}.revoked",
    f"{SCORE}.revoked",
    f"{SCORE}.revoked-refused",
)
def test_a_revoked_qualification_is_lost(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    worker = holder(given, type_id, 50)
    reply = requester.call(REVOKE, named(type_id, worker))
    expect(
        f"{REVOKE}.Reason.optional",
        reply.accepted,
        where=f"{REVOKE} without Reason",
        expected="success",
        actual=reply.summary,
    )
    left, lost = holders(given, type_id, set(), Status="Granted"), holders(given, type_id, {worker}, Status="Revoked")
    expect(
        f"{REVOKE}.effect",
        (left, lost) == ([], [worker]),
        where="GetQualificationsForQualificationType",
        expected="the Worker with Status=Revoked, and not with Status=Granted",
        actual=f"{len(left)} Granted, {len(lost)} Revoked",
    )
    if UPDATE in shapes_for(requester.version).operations:
        updated = requester.call(UPDATE, {**named(type_id, worker), "IntegerValue": 51})
        expect(
            f"{UPDATE}.revoked",
            is_refusal(updated),
            where=f"{UPDATE} of a Qualification that was revoked",
            expected="an error",
            actual=updated.summary,
        )
    score = requester.call(SCORE, named(type_id, worker))
    expect.see(f"{SCORE}.revoked", where=SCORE, actual=f"{score.summary}, Status {score.text('Status')!r}")
    expect(
        f"{SCORE}.revoked-refused",
        is_refusal(score),
        where=f"{SCORE} after {REVOKE}",
        expected="an error",
        actual=f"{score.summary}, Status {score.text('Status')!r}",
    )
    if score.refused:
        expect.code(f"{SCORE}.revoked-refused", score.codes)
    again = assign(given, type_id, worker, 52)
    told = f"{again.summary}; the Worker {'holds' if given.score(type_id, worker)[0] else 'does not hold'} it"
    expect.see(f"{REVOKE}.assign-after", where="AssignQualification after RevokeQualification", actual=told)


@pytest.mark.verifies(f"{REVOKE}.effect-hits")
def test_what_was_revoked_opens_no_hits(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    worker = holder(given, type_id)
    before, after = (hit(given, requires(type_id, "Exists")) for _ in range(2))
    could = given.settled(lambda: accepts(given, worker, before), bool)
    requester.must(REVOKE, named(type_id, worker))
    holders(given, type_id, set())
    expect(
        f"{REVOKE}.effect-hits",
        could and not accepts(given, worker, after),
        where="HITs that require the Qualification",
        expected="the Worker can accept one before the revocation, and none after it",
        actual="accepted after the revocation" if could else "refused before the revocation",
    )


@pytest.mark.verifies(f"{REVOKE}.Reason.visible")
def test_the_reason_is_shown_to_the_worker(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, reason = given.qualification_type(), f"No more needed ({given.name('reason')})"
    worker = holder(given, type_id)
    requester.must(REVOKE, {**named(type_id, worker), "Reason": reason})
    texts = given.messages_with(reason, worker)
    expect(
        f"{REVOKE}.Reason.visible",
        any(reason in text for text in texts),
        where="the Worker's messages",
        expected=f"the text {reason!r}",
        actual=f"{len(texts)} messages: {texts!r}",
    )


@pytest.mark.verifies(f"{REVOKE}.Reason.silent")
def test_without_a_reason_nothing_need_be_said(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    must(assign(given, type_id, worker, 1, SendNotification="false"))
    before = len(given.workers.read_messages(worker))
    requester.must(REVOKE, named(type_id, worker))
    after = len(given.workers.read_messages(worker))
    expect.see(f"{REVOKE}.Reason.silent", where="the Worker's messages", actual=f"{after - before} more")


@pytest.mark.verifies(f"{REVOKE}.needs-new-request", f"{REVOKE}.retry-policy")
def test_after_a_revocation_a_new_request_is_needed(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(RetryDelayInSeconds=0)
    first = given.pending_request(type_id)
    must(grant(given, first))
    requester.must(REVOKE, named(type_id, first.subject_id))
    again = grant(given, first)
    second = given.pending_request(type_id, first.subject_id)
    renewed = grant(given, second)
    expect(
        f"{REVOKE}.needs-new-request",
        is_refusal(again) and renewed.accepted,
        where="GrantQualification after RevokeQualification",
        expected="an error for the old request, success for a new one",
        actual=f"{again.summary}; {renewed.summary}",
    )
    once = given.pending_request()
    must(grant(given, once))
    requester.must(REVOKE, named(once.qualification_type_id, once.subject_id))
    attempt = asked(given, once.qualification_type_id, once.subject_id)
    told = f"the Worker {'can ask again' if attempt else 'cannot ask again'}"
    expect.see(f"{REVOKE}.retry-policy", where="a type without RetryDelayInSeconds", actual=told)


@pytest.mark.verifies(f"{UPDATE}.granttime-kept")
def test_an_update_and_the_time_of_the_grant(
    requester: Requester, given: Given, clock: ClockDriver, expect: Expect
) -> None:
    type_id = given.qualification_type()
    worker = holder(given, type_id, 50)
    times = [requester.must(SCORE, named(type_id, worker)).text("GrantTime")]
    let_seconds_pass(clock)
    requester.must(UPDATE, {**named(type_id, worker), "IntegerValue": 51})
    times.append(requester.must(SCORE, named(type_id, worker)).text("GrantTime"))
    expect.see(f"{UPDATE}.granttime-kept", where="GrantTime before and after", actual=" and ".join(map(repr, times)))


@pytest.mark.verifies("GrantQualification.granttime", "Qualification.GrantTime.regrant")
def test_the_time_of_the_grant_is_that_of_the_last_one(
    requester: Requester, given: Given, clock: ClockDriver, expect: Expect
) -> None:
    type_id = given.qualification_type(RetryDelayInSeconds=0)
    worker = given.workers.new_worker()
    texts = []
    for number in range(2):
        if number:
            requester.must(REVOKE, named(type_id, worker))
            for _ in range(3):
                let_seconds_pass(clock)
        at = clock.now()
        must(grant(given, given.pending_request(type_id, worker)))
        given.settled(lambda: given.score(type_id, worker), lambda score: score[0])
        texts.append(requester.must(SCORE, named(type_id, worker)).text("GrantTime") or "")
        away = apart(texts[-1], at)
        expect(
            "GrantQualification.granttime",
            away is not None and away <= GRANTED_WITHIN,
            where="GrantTime",
            expected=f"the time of the call, within {GRANTED_WITHIN:.0f} s",
            actual=f"{texts[-1]!r}" + ("" if away is None else f", {away:.0f} s away"),
        )
    first, second = map(moment, texts)
    renewed = first is not None and second is not None and second >= first + 5
    for name in ("GrantQualification.granttime", "Qualification.GrantTime.regrant"):
        expect(
            name,
            renewed,
            where="GrantTime after a revocation and a new grant, six seconds later",
            expected="the time of the new grant",
            actual=" and then ".join(map(repr, texts)),
        )


@pytest.mark.verifies("Qualification.GrantTime.reassigned")
def test_the_time_of_the_grant_is_that_of_the_last_assignment(
    requester: Requester, given: Given, clock: ClockDriver, expect: Expect
) -> None:
    type_id = given.qualification_type()
    worker = holder(given, type_id, 50)
    first = requester.must(SCORE, named(type_id, worker)).text("GrantTime") or ""
    requester.must(REVOKE, named(type_id, worker))
    clock.advance(MINUTE)
    holder(given, type_id, 51, worker)
    value_of(given, type_id, worker, "51")
    second = requester.must(SCORE, named(type_id, worker)).text("GrantTime") or ""
    before, after = moment(first), moment(second)
    expect(
        "Qualification.GrantTime.reassigned",
        before is not None and after is not None and abs(after - before - MINUTE) <= GRANTED_WITHIN / 2,
        where="GrantTime after a revocation and another assignment, a minute later",
        expected="the time of the last assignment",
        actual=f"{first!r} and then {second!r}",
    )


@pytest.mark.verifies(f"{REVOKE}.unknown", f"{HELD}.unknown")
def test_a_type_that_nobody_has_issued(requester: Requester, given: Given, expect: Expect) -> None:
    unknown, worker = unknown_identifier(given.name("unknown")), given.workers.new_worker()
    for operation, values in ((REVOKE, named(unknown, worker)), (HELD, {"QualificationTypeId": unknown})):
        reply = requester.call(operation, values)
        expect(
            f"{operation}.unknown",
            is_refusal(reply),
            where=f"{operation} of a type that was never issued",
            expected="an error",
            actual=reply.summary,
        )
