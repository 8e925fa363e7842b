"""ExtendHIT: a UniqueRequestToken extends once; and what the account cannot pay for is not added."""

from collections.abc import Callable

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import HOUR, extend, extent, gives_time, increment, show
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.times import DAY, MINUTE
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

TOKEN = "ExtendHIT.UniqueRequestToken"


def what_grows(requester: Requester) -> str:
    """Return the name of what an extension changes."""
    return "Expiration" if gives_time(requester.version) else "MaxAssignments"


def more(requester: Requester, increments: float) -> str:
    """Return in words by how much a HIT was extended."""
    if gives_time(requester.version):
        return f"an Expiration {increments * HOUR:.0f} seconds later"
    return f"{increments:.0f} more assignments"


@pytest.mark.verifies(f"{TOKEN}.no-double", f"{TOKEN}.dup-error", f"{TOKEN}.dup-message")
def test_extends_once_by_a_token(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id, token = Employer(given).hit(), given.name("token")
    values = {"HITId": hit_id, **increment(requester.version), "UniqueRequestToken": token}
    start = extent(requester, hit_id)
    first = requester.must("ExtendHIT", values)
    extended = given.settled(lambda: extent(requester, hit_id), start.__ne__)
    second = requester.call("ExtendHIT", values)
    after = extent(requester, hit_id)
    expect(
        f"{TOKEN}.no-double",
        after == extended,
        where=f"GetHIT/{what_grows(requester)} after the second call",
        expected="as after the first call",
        actual=more(requester, after - extended),
    )
    expect(
        f"{TOKEN}.dup-error", is_refusal(second), where="the second call", expected="an error", actual=second.summary
    )
    message = " ".join(error.message for error in second.answer.errors)
    named = {"the RequestId of the first call": first.answer.request_id or "?", "the token": token}
    expect.see(
        f"{TOKEN}.dup-error",
        where="Message",
        actual=f"it holds {' and '.join(what for what, text in named.items() if text in message) or 'neither'}",
    )
    quoted = "already been processed" in message and token in message
    actual = f"it {'holds' if quoted else 'does not hold'} those words and the token: {message}"
    expect.see(f"{TOKEN}.dup-message", where="Message", actual=actual)


@pytest.mark.verifies(f"{TOKEN}.maxlen")
def test_takes_tokens_of_64_characters(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    for length in (64, 65):
        before = extent(requester, hit_id)
        values = {**increment(requester.version), "UniqueRequestToken": given.name("token").ljust(length, "x")}
        reply = extend(requester, hit_id, **values)
        unchanged = length == 64 or extent(requester, hit_id) == before
        expect(
            f"{TOKEN}.maxlen",
            (reply.accepted if length == 64 else is_refusal(reply)) and unchanged,
            where=f"a UniqueRequestToken of {length} characters",
            expected="success" if length == 64 else f"an error with a code, and the same {what_grows(requester)}",
            actual=f"{reply.summary}{'' if unchanged else f'; the {what_grows(requester)} has changed'}",
        )


@pytest.mark.verifies(f"{TOKEN}.before-expiry", f"{TOKEN}.expiry")
def test_remembers_a_token_for_a_day(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit(LifetimeInSeconds=int(3 * DAY))
    values = {"HITId": hit_id, **increment(requester.version), "UniqueRequestToken": given.name("token")}
    start = extent(requester, hit_id)
    requester.must("ExtendHIT", values)
    extended = given.settled(lambda: extent(requester, hit_id), start.__ne__)
    clock.advance(DAY - 10 * MINUTE)
    early = requester.call("ExtendHIT", values)
    protected = extent(requester, hit_id)
    expect(
        f"{TOKEN}.before-expiry",
        protected == extended,
        where="23 hours and 50 minutes later",
        expected=f"the same {what_grows(requester)}",
        actual=f"{more(requester, protected - extended)} ({early.summary})",
    )
    clock.advance(11 * MINUTE)
    late = requester.call("ExtendHIT", values)
    again = given.settled(lambda: extent(requester, hit_id), protected.__ne__) if late.accepted else protected
    expect(
        f"{TOKEN}.expiry",
        late.accepted and abs(again - protected - 1) <= 1 / HOUR,
        where="24 hours and one minute later",
        expected=f"success, and {more(requester, 1)}",
        actual=f"{late.summary}; {more(requester, again - protected)}",
    )


@pytest.mark.verifies("ExtendHIT.insufficient-funds")
def test_needs_funds_for_assignments(given: Given, expect: Expect, fund: Callable[[str], Requester]) -> None:
    """The account can pay for one assignment with whatever fee, and not for two more."""
    employer = Employer(given, fund("0.09"))
    hit_id = employer.hit()
    reply = extend(employer.requester, hit_id, MaxAssignmentsIncrement=2)
    count = show(employer.requester, hit_id)["MaxAssignments"]
    expect(
        "ExtendHIT.insufficient-funds",
        is_refusal(reply) and count == "1",
        where="ExtendHIT by two assignments of 0.05 US dollars each, with a balance of 0.09",
        expected="an error with a code, and MaxAssignments 1",
        actual=f"{reply.summary}; MaxAssignments {count}",
    )
    if reply.refused:
        expect.code("ExtendHIT.insufficient-funds", reply.codes)
