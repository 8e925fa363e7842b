"""Assignment: what is shown of a submission, and when; from acceptance on, or not at all."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.spec.shapes import can_call, shapes_for
from conformance.spec.versions import TODAY
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.assignments import Employer, Work, decision
from conformance.suites.forms import form_and_answer
from conformance.suites.preconditions import Given
from conformance.suites.submissions import (
    Shown,
    call,
    counters,
    ids,
    listed,
    moment,
    refused_leaving,
    shown,
    shown_in,
    within,
)
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

MINIMAL = (
    "AssignmentId",
    "WorkerId",
    "HITId",
    "AssignmentStatus",
    "AutoApprovalTime",
    "AcceptTime",
    "SubmitTime",
    "Answer",
)
_ARTICLE = "GetAssignmentsForHIT"


@pytest.mark.verifies(
    f"{_ARTICLE}.minimal-includes-answer",
    f"{_ARTICLE}.partial",
    f"{_ARTICLE}.PageNumber.default",
    f"{_ARTICLE}.Pages.beyond-end",
    f"{_ARTICLE}.SortProperty.Answer",
    "Assignment.AcceptTime",
    "Assignment.AutoApprovalTime",
    "Assignment.Deadline",
    "Assignment.omitted-times",
)
def test_submission_is_shown(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    """One of two assignments of a HIT is submitted."""
    employer = Employer(given)
    hit_id = employer.hit(HITTypeId=employer.hit_type(AutoApprovalDelayInSeconds=7200), MaxAssignments=2)
    worker_id = given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    let_seconds_pass(clock)
    given.workers.submit_assignment(worker_id, accepted.assignment_id, form_and_answer("q1")[1])
    reply = requester.must(_ARTICLE, {"HITId": hit_id})
    rows = [shown_in(element) for element in reply.all("Assignment")]
    status = requester.must("GetHIT", {"HITId": hit_id}).text("HITStatus")
    expect(
        f"{_ARTICLE}.partial",
        ids(rows) == [accepted.assignment_id] and status != "Reviewable",
        where=_ARTICLE,
        expected="the submission, while the HIT is not Reviewable",
        actual=f"{len(rows)} assignments, HITStatus {status}",
    )
    if requester.version != TODAY:
        _see_pages(requester, hit_id, rows, expect)
    if not rows:
        raise Blocked("GetAssignmentsForHIT: an assignment that was submitted is not listed")
    (row, *_) = rows
    left_out = [name for name in MINIMAL if name not in row]
    expect(
        f"{_ARTICLE}.minimal-includes-answer",
        not left_out,
        where="Assignment, without ResponseGroup",
        expected=", ".join(MINIMAL),
        actual=f"without {', '.join(left_out)}",
    )
    decided = [name for name in ("ApprovalTime", "RejectionTime") if name in row]
    expect(
        "Assignment.omitted-times",
        not decided,
        where="Assignment",
        expected="neither ApprovalTime nor RejectionTime before a decision",
        actual=", ".join(decided),
    )
    _see_times(row, accepted.at, expect)


def _see_pages(requester: Requester, hit_id: str, rows: list[Shown], expect: Expect) -> None:
    first = requester.call(_ARTICLE, {"HITId": hit_id, "PageNumber": 1})
    plain = requester.call(_ARTICLE, {"HITId": hit_id})
    pages = [(reply.text("PageNumber") or "").strip() for reply in (plain, first)]
    same = ids(shown_in(one) for one in first.all("Assignment"))
    expect(
        f"{_ARTICLE}.PageNumber.default",
        pages == ["1", "1"] and same == ids(rows),
        where="PageNumber",
        expected="PageNumber 1 and the same assignments, without PageNumber as with PageNumber=1",
        actual=f"PageNumber {pages}, {ids(rows)} and {same}",
    )
    far = requester.call(_ARTICLE, {"HITId": hit_id, "PageNumber": 1000})
    counts = [(far.text(name) or "").strip() for name in ("NumResults", "TotalNumResults")]
    expect(
        f"{_ARTICLE}.Pages.beyond-end",
        far.accepted and counts == ["0", str(len(rows))] and not far.all("Assignment"),
        where="page 1000",
        expected=f"success, NumResults 0, TotalNumResults {len(rows)} and no Assignment",
        actual=f"{far.summary}; NumResults and TotalNumResults {counts}",
    )
    by_answer = requester.call(_ARTICLE, {"HITId": hit_id, "SortProperty": "Answer"})
    expect.see(f"{_ARTICLE}.SortProperty.Answer", where="SortProperty=Answer", actual=by_answer.summary)


def _see_times(row: Shown, accepted_at: float, expect: Expect) -> None:
    accept, submit, due, deadline = (
        moment(row, name) for name in ("AcceptTime", "SubmitTime", "AutoApprovalTime", "Deadline")
    )
    expect(
        "Assignment.AcceptTime",
        within(5, accept, accepted_at) and accept is not None and submit is not None and accept < submit,
        where="Assignment",
        expected="AcceptTime at the time of the acceptance, before SubmitTime",
        actual=f"AcceptTime {row.get('AcceptTime')!r}, SubmitTime {row.get('SubmitTime')!r}",
    )
    expect(
        "Assignment.AutoApprovalTime",
        submit is not None and within(2, due, submit + 7200),
        where="Assignment",
        expected="AutoApprovalTime 7200 seconds after SubmitTime",
        actual=f"AutoApprovalTime {row.get('AutoApprovalTime')!r}, SubmitTime {row.get('SubmitTime')!r}",
    )
    if "Deadline" in row:
        expect(
            "Assignment.Deadline",
            accept is not None and within(2, deadline, accept + 3600),
            where="Assignment",
            expected="Deadline 3600 seconds after AcceptTime",
            actual=f"Deadline {row['Deadline']!r}, AcceptTime {row.get('AcceptTime')!r}",
        )
    else:
        expect("Assignment.Deadline", True)


@pytest.mark.verifies(f"{_ARTICLE}.empty", f"{_ARTICLE}.owner-only")
def test_new_hit_has_no_submissions(
    given: Given, expect: Expect, requester: Requester, second_requester: Requester
) -> None:
    hit_id = Employer(given).hit()
    own, other = (one.call(_ARTICLE, {"HITId": hit_id}) for one in (requester, second_requester))
    counts = counters(own, requester.version)
    expect(
        f"{_ARTICLE}.empty",
        own.accepted and set(counts) == {"0"} and not own.all("Assignment"),
        where=_ARTICLE,
        expected="success, its counters 0, no Assignment",
        actual=f"{own.summary}; {counts}",
    )
    expect(
        f"{_ARTICLE}.owner-only",
        other.refused and not other.all("NumResults") and not other.all("Assignment"),
        where=f"{_ARTICLE} by another Requester",
        expected="an error without data",
        actual=other.summary,
    )


@pytest.mark.verifies(f"{_ARTICLE}.only-completed")
def test_what_was_not_handed_in_is_not_listed(given: Given, expect: Expect, requester: Requester) -> None:
    hit_id = Employer(given).hit(MaxAssignments=3)
    accepted = []
    for _ in range(2):
        worker_id = given.workers.new_worker()
        accepted.append((worker_id, given.workers.accept_assignment(worker_id, hit_id).assignment_id))
    given.workers.return_assignment(*accepted[0])
    reply = requester.must(_ARTICLE, {"HITId": hit_id})
    total = counters(reply, requester.version)[-1]
    expect(
        f"{_ARTICLE}.only-completed",
        total == "0" and not reply.all("Assignment"),
        where=_ARTICLE,
        expected="none beside an accepted and a returned assignment",
        actual=f"{total or 'nothing'} counted, {len(reply.all('Assignment'))} listed",
    )


@pytest.mark.verifies(f"{_ARTICLE}.worker-once")
def test_worker_works_once_on_a_hit(given: Given, expect: Expect, requester: Requester) -> None:
    hit_id = Employer(given).hit(MaxAssignments=2)
    work = Employer(given).submitted(hit_id)
    try:
        again = given.workers.accept_assignment(work.worker_id, hit_id)
        told = f"accepted as {again.assignment_id}"
    except WorkerRefused:
        told = ""
    rows = listed(requester, hit_id)
    expect(
        f"{_ARTICLE}.worker-once",
        not told and ids(rows) == [work.assignment_id],
        where="the second acceptance by one Worker",
        expected="refused, and one assignment listed",
        actual=f"{told or 'refused'}; {len(rows)} listed",
    )


@pytest.mark.verifies(f"{_ARTICLE}.disposed", "GetAssignment.disposed", "ApproveRejectedAssignment.disposed")
def test_submissions_go_with_their_hit(given: Given, expect: Expect, requester: Requester) -> None:
    """One HIT whose submission was approved, and one whose submission was rejected, are disposed of."""
    employer = Employer(given)
    for operation, work in (("GetAssignment", employer.approved()), ("ApproveRejectedAssignment", employer.rejected())):
        requester.must("DisposeHIT", {"HITId": work.hit_id})
        replies = {_ARTICLE: requester.call(_ARTICLE, {"HITId": work.hit_id})}
        if can_call(requester.version, operation):
            replies[operation] = call(operation, work, requester)
        for name, reply in replies.items():
            expect(
                f"{name}.disposed",
                reply.refused and not reply.all("Assignment"),
                where=f"{name} after DisposeHIT",
                expected="an error without an Assignment",
                actual=reply.summary,
            )
            if reply.refused:
                expect.code(f"{name}.disposed", reply.codes)


@pytest.mark.verifies(f"{_ARTICLE}.extended.pre08")
def test_extended_hit_and_its_submission(given: Given, expect: Expect, requester: Requester) -> None:
    work = Employer(given).submitted()
    requester.must("ExtendHIT", {"HITId": work.hit_id, "MaxAssignmentsIncrement": 1})
    rows = listed(requester, work.hit_id)
    expect.see(f"{_ARTICLE}.extended.pre08", where=_ARTICLE, actual=f"{len(rows)} of 1 submissions listed")


@pytest.mark.verifies("ApproveRejectedAssignment.transition", "ApproveRejectedAssignment.30days")
def test_rejection_is_taken_back(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    """At once, after 29 days, and not after 31 days."""
    employer = Employer(given)
    operation, day = "ApproveRejectedAssignment", 24 * 3600.0
    at_once, in_time, late = (employer.rejected() for _ in range(3))
    requester.must(operation, {"AssignmentId": at_once.assignment_id})
    row = shown(requester, at_once)
    expect(
        f"{operation}.transition",
        row.get("AssignmentStatus") == "Approved" and moment(row, "ApprovalTime") is not None,
        where=_ARTICLE,
        expected="AssignmentStatus Approved and an ApprovalTime",
        actual=f"{row.get('AssignmentStatus')!r}, ApprovalTime {row.get('ApprovalTime')!r}",
    )
    clock.advance(29 * day)
    reply = call(operation, in_time, requester)
    expect(f"{operation}.30days", reply.accepted, where="after 29 days", expected="success", actual=reply.summary)
    clock.advance(2 * day)
    refused_leaving(
        f"{operation}.30days",
        call(operation, late, requester),
        late,
        lambda: shown(requester, late),
        expect,
        status="Rejected",
    )


@pytest.mark.verifies(
    "GetAssignment.returns",
    "GetAssignment.hit-matches",
    "GetAssignment.statuses",
    "GetAssignment.default-groups",
    "GetAssignment.owner-only",
    "GetAssignment.groups.feedback",
    "GetAssignment.groups.hit",
    "GetAssignment.groups.sample-conflict",
    "GetAssignment.tells-all",
)
def test_single_submission_is_shown(
    given: Given, expect: Expect, requester: Requester, second_requester: Requester
) -> None:
    """Two submissions, one then approved with feedback, one rejected."""
    employer, said = Employer(given), given.name("feedback")
    approved, rejected = employer.submitted(), employer.submitted()
    single(approved, "Submitted", requester, expect)
    single(rejected, "Submitted", requester, expect)
    requester.must("ApproveAssignment", {"AssignmentId": approved.assignment_id, "RequesterFeedback": said})
    requester.must("RejectAssignment", decision(requester, "RejectAssignment", rejected.assignment_id))
    row = single(approved, "Approved", requester, expect)
    single(rejected, "Rejected", requester, expect)
    expect(
        "GetAssignment.default-groups",
        "RequesterFeedback" not in row,
        where="Assignment, without ResponseGroup",
        expected="no RequesterFeedback",
        actual=repr(row.get("RequesterFeedback")),
    )
    for requirement, group, path, text in (
        ("feedback", "AssignmentFeedback", "Assignment/RequesterFeedback", said),
        ("hit", "HITDetail", "HIT/Title", None),
        ("hit", "HITQuestion", "HIT/Question", None),
    ):
        reply = call("GetAssignment", approved, requester, ResponseGroup=["Minimal", group])
        found = reply.text(path)
        expect(
            f"GetAssignment.groups.{requirement}",
            bool(found) and text in (None, found),
            where=path,
            expected=repr(text) if text else "a text",
            actual=repr(found) if reply.accepted else reply.summary,
        )
    if requester.version == TODAY:
        _see_all(call("GetAssignment", approved, requester), said, expect)
    other = call("GetAssignment", approved, second_requester)
    expect(
        "GetAssignment.owner-only",
        other.refused and not other.all("Assignment") and not other.all("HIT"),
        where="GetAssignment by another Requester",
        expected="an error without data",
        actual=other.summary,
    )


def _see_all(reply: Reply, said: str, expect: Expect) -> None:
    told = [reply.text(path) for path in ("Assignment/RequesterFeedback", "HIT/Title", "HIT/Question")]
    expect(
        "GetAssignment.tells-all",
        told[0] == said and all(told),
        where="Assignment and HIT",
        expected=f"RequesterFeedback {said!r}, Title and Question",
        actual=", ".join(repr(one and one[:40]) for one in told),
    )


@pytest.mark.verifies("GetAssignment.version", "ApproveRejectedAssignment.version")
def test_operations_of_later_versions_are_called(expect: Expect, requester: Requester, given: Given) -> None:
    for operation in ("GetAssignment", "ApproveRejectedAssignment"):
        if operation not in shapes_for(requester.version).operations:
            reply = requester.call(operation, {"AssignmentId": unknown_identifier(given.name("unknown"))})
            expect.see(f"{operation}.version", where=operation, actual=reply.summary)


def single(work: Work, status: str, requester: Requester, expect: Expect) -> Shown:
    """Call GetAssignment without ResponseGroup; see that it is the submission, with the status and its HIT."""
    reply = call("GetAssignment", work, requester)
    rows = [shown_in(element) for element in reply.all("Assignment")]
    hits = reply.all("HIT")
    expect(
        "GetAssignment.returns",
        ids(rows) == [work.assignment_id] and len(hits) == 1,
        where="GetAssignmentResult",
        expected=f"one Assignment, {work.assignment_id}, and one HIT",
        actual=f"{reply.summary}; {ids(rows)}, {len(hits)} HITs",
    )
    row = rows[0] if rows else {}
    expect(
        "GetAssignment.statuses",
        row.get("AssignmentStatus") == status,
        where="Assignment/AssignmentStatus",
        expected=status,
        actual=repr(row.get("AssignmentStatus")) if rows else reply.summary,
    )
    named = [(hit.findtext("HITId") or "").strip() for hit in hits if hit.find("HITId") is not None]
    expect(
        "GetAssignment.hit-matches",
        row.get("HITId", work.hit_id) == work.hit_id and named in ([], [work.hit_id]),
        where="HIT/HITId",
        expected=work.hit_id,
        actual=f"{named} beside Assignment/HITId {row.get('HITId')!r}",
    )
    shows = [name for name in ("Title", "Question") if reply.text(f"HIT/{name}")]
    expect.see("GetAssignment.groups.sample-conflict", where="HIT, without ResponseGroup", actual=f"has {shows}")
    return row
