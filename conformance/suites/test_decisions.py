"""ApproveAssignment and RejectAssignment: what becomes of a submission, what it costs, and what is refused."""

from decimal import Decimal
from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.requirements import requirements
from conformance.spec.shapes import can_call
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer, Work, decision
from conformance.suites.hits import Fund
from conformance.suites.preconditions import Given
from conformance.suites.submissions import (
    DECISIONS,
    FEEDBACK,
    Shown,
    call,
    moment,
    refused_leaving,
    shown,
    within,
)
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

SAID = 'Sehr schön, l\'été <b>&</b> "so" weiter'
TIMES = {"ApproveAssignment": ("ApprovalTime", "RejectionTime"), "RejectAssignment": ("RejectionTime", "ApprovalTime")}
REWARD = Decimal("0.05")


def decide(operation: str, work: Work, requester: Requester, **values: str) -> None:
    """Approve or reject a submission as a precondition."""
    requester.must(operation, decision(requester, operation, work.assignment_id, **values))


@pytest.mark.verifies(
    *(
        f"{operation}.{topic}"
        for operation in TIMES
        for topic in (
            "transition",
            "time",
            "RequesterFeedback.stored",
            "RequesterFeedback.returned",
            "RequesterFeedback.optional",
        )
    ),
    "ApproveAssignment.RequesterFeedback.worker-visible",
    "RejectAssignment.RequesterFeedback.worker-visible",
    "RejectAssignment.RequesterFeedback.required",
    "GetAssignmentsForHIT.groups.feedback",
    "GetAssignmentsForHIT.default-groups",
    "Assignment.RequesterFeedback.absent",
)
def test_decision_is_shown(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    """Each decision with feedback for one submission of a HIT, and without for another."""
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=4)
    for operation, (own, other) in TIMES.items():
        told, silent = (employer.submitted(hit_id) for _ in range(2))
        let_seconds_pass(clock)  # so that the decision is not made at the time of the submission
        at, said = clock.now(), f"{SAID} ({given.name('feedback')})"
        decide(operation, told, requester, RequesterFeedback=said)
        status = DECISIONS[operation]
        row = given.settled(partial(shown, requester, told, ResponseGroup=FEEDBACK), partial(_has, status))
        _see_decision(operation, row, status, expect)
        expect(
            f"{operation}.time",
            within(60, moment(row, own), at) and other not in row,
            where="GetAssignmentsForHIT",
            expected=f"{own} at the time of the decision, and no {other}",
            actual=f"{own} {row.get(own)!r}, {other} {row.get(other)!r}",
        )
        _see_feedback(operation, said, told, requester, expect)
        _see_silence(operation, silent, requester, expect)
        visible = f"{operation}.RequesterFeedback.worker-visible"
        if visible in requirements() and "worker:read-message" in given.workers.capabilities:
            texts = given.messages_with(said, told.worker_id)
            expect(
                visible,
                any(said in text for text in texts),
                where="what the Worker is shown",
                expected=repr(said),
                actual=f"{texts!r}",
            )


def _see_feedback(operation: str, said: str, work: Work, requester: Requester, expect: Expect) -> None:
    """See the feedback to a decision in the list, and in 2017-01-17 from GetAssignment too."""
    row = shown(requester, work, ResponseGroup=FEEDBACK)
    for requirement in (
        f"{operation}.RequesterFeedback.stored",
        f"{operation}.RequesterFeedback.returned",
        "GetAssignmentsForHIT.groups.feedback",
    ):
        expect(
            requirement,
            row.get("RequesterFeedback") == said,
            where="RequesterFeedback, with the group AssignmentFeedback where there are groups",
            expected=repr(said),
            actual=repr(row.get("RequesterFeedback")),
        )
    if requester.version == TODAY:
        single = call("GetAssignment", work, requester).text("Assignment/RequesterFeedback")
        expect(
            f"{operation}.RequesterFeedback.returned",
            single == said,
            where="Assignment of GetAssignment",
            expected=repr(said),
            actual=repr(single),
        )
        return
    brief = shown(requester, work)
    expect(
        "GetAssignmentsForHIT.default-groups",
        "RequesterFeedback" not in brief,
        where="Assignment, without ResponseGroup",
        expected="no RequesterFeedback",
        actual=repr(brief.get("RequesterFeedback")),
    )


def _see_silence(operation: str, work: Work, requester: Requester, expect: Expect) -> None:
    """See a decision without feedback taken and shown without one, or refused where feedback is required."""
    reply = requester.call(operation, {"AssignmentId": work.assignment_id})
    quiet = shown(requester, work, ResponseGroup=FEEDBACK)
    if requester.version == TODAY and operation == "RejectAssignment":
        expect(
            "RejectAssignment.RequesterFeedback.required",
            reply.refused and _has("Submitted", quiet),
            where=operation,
            expected="an error without RequesterFeedback, and the assignment stays Submitted",
            actual=f"{reply.summary}; AssignmentStatus {quiet.get('AssignmentStatus')!r}",
        )
        return
    left = quiet.get("RequesterFeedback", "")
    expect(
        f"{operation}.RequesterFeedback.optional",
        reply.accepted and (operation == "RejectAssignment" or not left),
        where=operation,
        expected="success without RequesterFeedback, and none later",
        actual=f"{reply.summary}; RequesterFeedback {left!r}",
    )
    expect("Assignment.RequesterFeedback.absent", not left, where="Assignment", expected="none", actual=repr(left))


def _has(status: str, row: Shown) -> bool:
    return row.get("AssignmentStatus") == status


def _see_decision(operation: str, row: Shown, status: str, expect: Expect) -> None:
    expect(
        f"{operation}.transition",
        _has(status, row),
        where="GetAssignmentsForHIT",
        expected=f"AssignmentStatus {status}",
        actual=f"AssignmentStatus {row.get('AssignmentStatus')!r}",
    )


@pytest.mark.verifies(*(f"{operation}.owner-only" for operation in DECISIONS))
def test_another_requester_decides_nothing(
    given: Given, expect: Expect, requester: Requester, second_requester: Requester
) -> None:
    employer = Employer(given)
    for operation in DECISIONS:
        if can_call(requester.version, operation):
            undone = operation == "ApproveRejectedAssignment"
            work = employer.rejected() if undone else employer.submitted()
            reply, read = call(operation, work, second_requester), partial(shown, requester, work)
            status = "Rejected" if undone else "Submitted"
            refused_leaving(f"{operation}.owner-only", reply, work, read, expect, status=status)


@pytest.mark.verifies(
    "ApproveAssignment.already-approved",
    "ApproveAssignment.state-error-data",
    "ApproveAssignment.rejected",
    "RejectAssignment.already-approved",
    "RejectAssignment.already-rejected",
    "ApproveRejectedAssignment.not-rejected",
)
def test_decision_is_final(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=3)
    for first, second, requirement in (
        ("ApproveAssignment", "ApproveAssignment", "ApproveAssignment.already-approved"),
        ("ApproveAssignment", "RejectAssignment", "RejectAssignment.already-approved"),
        ("ApproveAssignment", "ApproveRejectedAssignment", "ApproveRejectedAssignment.not-rejected"),
        ("RejectAssignment", "RejectAssignment", "RejectAssignment.already-rejected"),
        ("RejectAssignment", "ApproveAssignment", "ApproveAssignment.rejected"),
    ):
        if not requirements()[requirement].holds_in(requester.version):
            continue
        work = employer.submitted(None if first == "RejectAssignment" else hit_id)
        decide(first, work, requester)
        before = shown(requester, work)
        let_seconds_pass(clock)  # so that a new time would be another one
        reply = call(second, work, requester)
        status, (name, _) = DECISIONS[first], TIMES[first]
        row = refused_leaving(requirement, reply, work, partial(shown, requester, work), expect, status=status)
        expect(
            requirement,
            row.get(name) == before.get(name),
            where=name,
            expected=f"{before.get(name)!r}, as before",
            actual=repr(row.get(name)),
        )
        if first == second == "ApproveAssignment":
            data = [error.data for error in reply.answer.errors]
            expect.see("ApproveAssignment.state-error-data", where="Error/Data", actual=repr(data))


@pytest.mark.verifies("ApproveRejectedAssignment.not-rejected")
def test_undecided_is_not_taken_back(given: Given, expect: Expect, requester: Requester) -> None:
    work = Employer(given).submitted()
    reply = call("ApproveRejectedAssignment", work, requester)
    read = partial(shown, requester, work)
    refused_leaving("ApproveRejectedAssignment.not-rejected", reply, work, read, expect, status="Submitted")


@pytest.mark.verifies("ApproveAssignment.not-submitted", "GetAssignment.not-submitted")
def test_accepted_is_not_decided_nor_shown(given: Given, expect: Expect, requester: Requester) -> None:
    employer = Employer(given)
    hit_id, worker_id = employer.hit(), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    for operation in ("ApproveAssignment", "GetAssignment"):
        if not can_call(requester.version, operation):
            continue
        reply = requester.call(operation, {"AssignmentId": accepted.assignment_id})
        expect(
            f"{operation}.not-submitted",
            reply.refused and not reply.all("Assignment"),
            where=operation,
            expected="an error for an assignment that was accepted and not yet submitted",
            actual=reply.summary,
        )
        if reply.refused:
            expect.code(f"{operation}.not-submitted", reply.codes)


@pytest.mark.verifies(*(f"{operation}.RequesterFeedback.maxlen" for operation in DECISIONS))
def test_feedback_is_limited(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    for operation in DECISIONS:
        judge_feedback(f"{operation}.RequesterFeedback.maxlen", ("x" * 1025,), "é" * 1024, employer, expect)


CONTROLS = ("\x01", "\x0b", "\x0c", "\x1f")


@pytest.mark.verifies(
    "ApproveAssignment.RequesterFeedback.control-chars",
    "RejectAssignment.RequesterFeedback.control-chars",
    "ApproveRejectedAssignment.RequesterFeedback.control-chars",
)
def test_feedback_is_text(given: Given, expect: Expect) -> None:
    employer, faulty = Employer(given), tuple(f"a{one}b" for one in CONTROLS)
    for operation in DECISIONS:
        requirement = f"{operation}.RequesterFeedback.control-chars"
        judge_feedback(requirement, faulty, "a\tb\nc\rd", employer, expect)


def judge_feedback(requirement: str, faulty: tuple[str, ...], good: str, employer: Employer, expect: Expect) -> None:
    """See that a decision is refused with each of the faulty feedbacks, and after these taken with a good one."""
    operation, requester = requirement.partition(".")[0], employer.requester
    if not requirements()[requirement].holds_in(requester.version):
        return
    undone = operation == "ApproveRejectedAssignment"
    work, status = (employer.rejected(), "Rejected") if undone else (employer.submitted(), "Submitted")
    for text in faulty:
        reply = call(operation, work, requester, RequesterFeedback=text)
        read = partial(shown, requester, work)
        refused_leaving(requirement, reply, work, read, expect, status=status)
    if shown(requester, work).get("AssignmentStatus") == status:
        reply = call(operation, work, requester, RequesterFeedback=good)
        expect(
            requirement,
            reply.accepted,
            where=operation,
            expected=f"{good[:8]!r}… ({len(good)} characters) accepted",
            actual=reply.summary,
        )


@pytest.mark.verifies("ApproveAssignment.pays", "RejectAssignment.no-pay", "ApproveRejectedAssignment.pays")
def test_approval_costs_the_reward_and_rejection_nothing(given: Given, expect: Expect, fund: Fund) -> None:
    requester = fund("5.00")
    employer = Employer(given, requester)
    balances = [employer.balance()]
    rejected, approved = employer.submitted(), employer.submitted()
    balances.append(employer.balance())
    decide("RejectAssignment", rejected, requester)
    balances.append(employer.balance())
    decide("ApproveAssignment", approved, requester)
    most = balances[0] - REWARD
    balances.append(given.settled(employer.balance, lambda balance: balance <= most))
    told = f"{', '.join(map(str, balances))}: at first, before the rejection, after it, after the approval"
    where = "GetAccountBalance"
    expect(
        "RejectAssignment.no-pay",
        balances[2] >= balances[1],
        where=where,
        expected="no less after the rejection than before",
        actual=told,
    )
    expect("ApproveAssignment.pays", balances[3] <= most, where=where, expected=f"{REWARD} less", actual=told)
    if can_call(requester.version, "ApproveRejectedAssignment"):
        decide("ApproveRejectedAssignment", rejected, requester)
        least = balances[3] - REWARD
        after = given.settled(employer.balance, lambda balance: balance <= least)
        expect(
            "ApproveRejectedAssignment.pays",
            after <= least,
            where=where,
            expected=f"{REWARD} less than {balances[3]}",
            actual=str(after),
        )


@pytest.mark.verifies("ApproveAssignment.insufficient-funds", "ApproveRejectedAssignment.insufficient-funds")
def test_reward_that_is_not_there_is_not_paid(given: Given, expect: Expect, fund: Fund) -> None:
    """The account pays for one submission and not for two (or a second HIT cannot be created on it)."""
    for operation, status in (("ApproveAssignment", "Submitted"), ("ApproveRejectedAssignment", "Rejected")):
        requester = fund("0.10")
        if not can_call(requester.version, operation):
            continue
        employer = Employer(given, requester)
        work, other = (employer.submitted() for _ in range(2))
        if status == "Rejected":
            decide("RejectAssignment", work, requester)
        decide("ApproveAssignment", other, requester)
        if employer.balance() >= REWARD:
            raise Blocked("ApproveAssignment: the account can still pay after it has paid what it had")
        reply = call(operation, work, requester)
        read = partial(shown, requester, work)
        refused_leaving(f"{operation}.insufficient-funds", reply, work, read, expect, status=status)
        if status == "Submitted":
            call("RejectAssignment", work, requester)  # as it cannot be paid, nothing else lets the HIT go


@pytest.mark.verifies("RejectAssignment.auto-approved")
def test_time_approves_for_good(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    employer = Employer(given)
    hit_id = employer.hit(HITTypeId=employer.hit_type(AutoApprovalDelayInSeconds=3600))
    work = employer.submitted(hit_id)
    clock.advance(3660)
    approved = given.settled(partial(shown, requester, work), partial(_has, "Approved"))
    if not _has("Approved", approved):
        raise Blocked("the submission was not approved at the end of the delay")
    reply = call("RejectAssignment", work, requester)
    read = partial(shown, requester, work)
    refused_leaving("RejectAssignment.auto-approved", reply, work, read, expect, status="Approved")
