"""DisposeHIT and DisableHIT: which HITs go, and what is left of them."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.requirements import requirements
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import (
    GROUPS,
    extend,
    increment,
    is_found,
    is_reviewable,
    refused_to_accept,
    review,
    show,
    status_of,
)
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.times import DAY
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester


def disposed(requester: Requester, given: Given) -> tuple[str, str]:
    """Dispose of a HIT as a precondition; return its id and that of its type."""
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    type_id = show(requester, hit_id)["HITTypeId"]
    requester.must("DisposeHIT", {"HITId": hit_id})
    return hit_id, type_id


def sees_it_gone(requirement: str, given: Given, expect: Expect, hit_id: str, type_id: str) -> None:
    """See that neither SearchHITs nor GetReviewableHITs lists a HIT."""
    found = given.settled(lambda: is_found(given.requester, hit_id), lambda found: not found)
    listed = given.settled(lambda: is_reviewable(given.requester, hit_id, type_id), lambda listed: not listed)
    expect(
        requirement,
        not found and not listed,
        where="SearchHITs and GetReviewableHITs",
        expected="neither lists the HIT",
        actual=f"SearchHITs {'lists' if found else 'does not list'} it, "
        f"GetReviewableHITs {'does' if listed else 'does not'}",
    )


# DisposeHIT


@pytest.mark.verifies("DisposeHIT.param-case", "DisposeHIT.transition")
def test_disposes_of_what_is_over(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    hit_id = employer.reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    reply = requester.call("DisposeHIT", {"HITId": hit_id})
    for requirement in ("DisposeHIT.param-case", "DisposeHIT.transition"):
        expect(
            requirement,
            reply.accepted,
            where="DisposeHIT of a Reviewable HIT, with the parameter HITId",
            expected="success",
            actual=reply.summary,
        )
    if requirements()["DisposeHIT.param-case"].holds_in(requester.version):
        told = requester.call("DisposeHIT", {"HitId": employer.reviewable_hit()})
        expect.see("DisposeHIT.param-case", where="the parameter HitId", actual=told.summary)


@pytest.mark.verifies(
    "DisposeHIT.gethit-after",
    "DisposeHIT.twice",
    "DisposeHIT.again",
    "DisposeHIT.drops-from-lists",
    "ExtendHIT.disposed",
    "ChangeHITTypeOfHIT.disposed",
    "StateMachine.HIT.disposed-terminal",
)
def test_what_is_disposed_of_is_gone(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id, type_id = disposed(requester, given)
    sees_it_gone("DisposeHIT.drops-from-lists", given, expect, hit_id, type_id)
    shown = requester.call("GetHIT", {"HITId": hit_id, "ResponseGroup": list(GROUPS)})
    status = (shown.text("HITStatus") or "").strip()
    expect(
        "DisposeHIT.gethit-after",
        shown.refused or status == "Disposed",
        where="GetHIT",
        expected="an error, or the HITStatus Disposed",
        actual=f"{shown.summary}, HITStatus {status}",
    )
    expect.see("DisposeHIT.gethit-after", where="GetHIT", actual=f"{shown.summary} {status}".strip())
    for operation, requirement, values in (
        ("DisposeHIT", "DisposeHIT.twice", {}),
        ("ExtendHIT", "ExtendHIT.disposed", increment(requester.version)),
        ("SetHITAsReviewing", "", {}),
        ("ForceExpireHIT", "", {}),
        ("ChangeHITTypeOfHIT", "ChangeHITTypeOfHIT.disposed", {"HITTypeId": type_id}),
    ):
        if operation == "ChangeHITTypeOfHIT" and requester.version < "2007-06-21":
            continue
        reply = requester.call(operation, {"HITId": hit_id, **values})
        terminal = "StateMachine.HIT.disposed-terminal" if operation != "DisposeHIT" else ""
        for named in filter(None, (requirement, terminal)):
            where = f"{operation} of a HIT that was disposed of"
            expect(named, is_refusal(reply), where=where, expected="an error with a code", actual=reply.summary)
        if operation == "DisposeHIT":
            expect.see("DisposeHIT.again", where="the second call", actual=reply.summary)
    found = is_found(requester, hit_id)
    expect(
        "StateMachine.HIT.disposed-terminal",
        not found,
        where="SearchHITs after these calls",
        expected="the HIT is not listed",
        actual="it is listed",
    )


@pytest.mark.verifies("DisposeHIT.assignable", "DisposeHIT.state-message")
def test_keeps_what_is_assignable(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    reply = requester.call("DisposeHIT", {"HITId": hit_id})
    status = show(requester, hit_id).status if reply.refused else "not asked for"
    expect(
        "DisposeHIT.assignable",
        is_refusal(reply) and status == "Assignable",
        where="DisposeHIT of an Assignable HIT",
        expected="an error with a code, and the HIT stays Assignable",
        actual=f"{reply.summary}; {status}",
    )
    if reply.refused:
        expect.code("DisposeHIT.assignable", reply.codes)
    message = " ".join(error.message for error in reply.answer.errors)
    named = [state for state in ("Reviewing", "Reviewable") if state in message]
    expect.see("DisposeHIT.state-message", where="Message", actual=f"names {' and '.join(named) or 'no state'}")


@pytest.mark.verifies("DisposeHIT.active-assignments")
def test_keeps_what_is_worked_on(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id, worker_id = Employer(given).hit(), given.workers.new_worker()
    given.workers.accept_assignment(worker_id, hit_id)
    requester.must("ForceExpireHIT", {"HITId": hit_id})
    reply = requester.call("DisposeHIT", {"HITId": hit_id})
    expect(
        "DisposeHIT.active-assignments",
        is_refusal(reply),
        where="DisposeHIT of an expired HIT that a Worker has accepted",
        expected="an error with a code",
        actual=reply.summary,
    )


@pytest.mark.verifies("DisposeHIT.undecided")
def test_keeps_what_is_not_decided(requester: Requester, given: Given, expect: Expect) -> None:
    work = Employer(given).submitted()
    status_of(given, work.hit_id, "Reviewable")
    early = requester.call("DisposeHIT", {"HITId": work.hit_id})
    expect(
        "DisposeHIT.undecided",
        is_refusal(early),
        where="DisposeHIT with a submission that waits",
        expected="an error with a code",
        actual=early.summary,
    )
    if early.accepted:
        return
    requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id})
    late = requester.call("DisposeHIT", {"HITId": work.hit_id})
    expect(
        "DisposeHIT.undecided",
        late.accepted,
        where="DisposeHIT when it is approved",
        expected="success",
        actual=late.summary,
    )


@pytest.mark.verifies("DisposeHIT.rejected-counts", "DisposeHIT.no-override")
def test_a_rejection_stands_when_the_hit_is_gone(requester: Requester, given: Given, expect: Expect) -> None:
    work = Employer(given).rejected()
    status_of(given, work.hit_id, "Reviewable")
    disposed = requester.call("DisposeHIT", {"HITId": work.hit_id})
    expect(
        "DisposeHIT.rejected-counts",
        disposed.accepted,
        where="DisposeHIT of a HIT whose only submission was rejected",
        expected="success",
        actual=disposed.summary,
    )
    if not disposed.accepted:
        raise Blocked(disposed.cause)
    late = requester.call("ApproveRejectedAssignment", {"AssignmentId": work.assignment_id})
    expect(
        "DisposeHIT.no-override",
        is_refusal(late),
        where="the approval of the rejected assignment afterwards",
        expected="an error",
        actual=late.summary,
    )


@pytest.mark.verifies("DisposeHIT.auto-120d")
def test_a_hit_left_alone_is_disposed_of(
    requester: Requester, given: Given, expect: Expect, clock: ClockDriver
) -> None:
    hit_id = Employer(given).reviewable_hit()
    clock.advance(121 * DAY)
    found = given.settled(lambda: is_found(requester, hit_id), lambda found: not found)
    expect(
        "DisposeHIT.auto-120d",
        not found,
        where="SearchHITs 121 days after the HIT became Reviewable",
        expected="the HIT is not listed",
        actual="it is listed",
    )


@pytest.mark.verifies("DisposeHIT.auto-120d.basis")
def test_tells_from_when_the_days_count(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    """The HIT is Reviewable from the first day on, and decided on the eleventh."""
    employer = Employer(given)
    kind = employer.hit_type(AutoApprovalDelayInSeconds=int(20 * DAY))
    work = employer.submitted(employer.hit(HITTypeId=kind))
    clock.advance(10 * DAY)
    requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id})
    passed = 10
    for day in (121, 131):
        clock.advance((day - passed) * DAY)
        passed = day
        found = is_found(requester, work.hit_id)
        expect.see(
            "DisposeHIT.auto-120d.basis",
            where=f"{day} days after the submission, {day - 10} after its approval",
            actual=f"SearchHITs {'lists the HIT' if found else 'does not list the HIT'}",
        )


# DisableHIT


@pytest.mark.verifies(
    "DisableHIT.disposes", "DisableHIT.irreversible", "DisableHIT.twice", "DisableHIT.response-shape.06"
)
def test_disables_what_is_assignable(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    type_id = show(requester, hit_id)["HITTypeId"]
    reply = requester.must("DisableHIT", {"HITId": hit_id})
    if requester.version < "2007-06-21":
        children = [] if reply.answer.root is None else [str(child.tag) for child in reply.answer.root]
        actual = f"DisableHITResponse holds {', '.join(name for name in children if name != 'OperationRequest')}"
        expect.see("DisableHIT.response-shape.06", where="DisableHIT", actual=actual)
    sees_it_gone("DisableHIT.disposes", given, expect, hit_id, type_id)
    shown = requester.call("GetHIT", {"HITId": hit_id, "ResponseGroup": list(GROUPS)})
    expect.see("DisableHIT.disposes", where="GetHIT", actual=f"{shown.summary} {shown.text('HITStatus') or ''}".strip())
    extended = extend(requester, hit_id)
    expect(
        "DisableHIT.irreversible",
        is_refusal(extended),
        where="ExtendHIT of a disabled HIT",
        expected="an error with a code",
        actual=extended.summary,
    )
    again = requester.call("DisableHIT", {"HITId": hit_id})
    expect(
        "DisableHIT.twice",
        is_refusal(again),
        where="the second call",
        expected="an error with a code",
        actual=again.summary,
    )
    if again.refused:
        expect.code("DisableHIT.twice", again.codes)


@pytest.mark.verifies("DisableHIT.reviewable", "DisableHIT.reviewing")
def test_disables_nothing_that_is_over(requester: Requester, given: Given, expect: Expect) -> None:
    for status in ("Reviewable", "Reviewing"):
        hit_id = Employer(given).reviewable_hit()
        status_of(given, hit_id, "Reviewable")
        if status == "Reviewing":
            review(requester, hit_id)
            status_of(given, hit_id, status)
        reply = requester.call("DisableHIT", {"HITId": hit_id})
        left = show(requester, hit_id).status if reply.refused else "not asked for"
        requirement = f"DisableHIT.{status.lower()}"
        expect(
            requirement,
            is_refusal(reply) and left == status,
            where=f"DisableHIT of a {status} HIT",
            expected=f"an error with a code, and the HIT stays {status}",
            actual=f"{reply.summary}; {left}",
        )
        if reply.refused:
            expect.code(requirement, reply.codes)


@pytest.mark.verifies("DisableHIT.removes")
def test_lets_nobody_accept_a_disabled_hit(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    requester.must("DisableHIT", {"HITId": hit_id})
    refused = refused_to_accept(given, hit_id)
    expect(
        "DisableHIT.removes",
        refused,
        where="a Worker who wants to accept the HIT",
        expected="no assignment",
        actual="the Worker has accepted an assignment",
    )


@pytest.mark.verifies("DisableHIT.unassignable")
def test_disables_what_is_worked_on(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id, worker_id = Employer(given).hit(), given.workers.new_worker()
    given.workers.accept_assignment(worker_id, hit_id)
    reply = requester.call("DisableHIT", {"HITId": hit_id})
    expect(
        "DisableHIT.unassignable",
        reply.accepted,
        where="DisableHIT of a HIT whose only assignment is accepted",
        expected="success",
        actual=reply.summary,
    )
