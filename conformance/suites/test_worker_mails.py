"""NotifyWorkers: who gets the mail, and what is said of who does not."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer, Work
from conformance.suites.preconditions import Given
from conformance.target.drivers import Message
from conformance.target.requester import Reply

MOST = 100
TEXT = 'Two lines:\n"fünf" & <sechs>'


def notify(given: Given, *workers: str, **values: Any) -> Reply:
    """Call NotifyWorkers."""
    told = {"Subject": "made by a conformance run", "MessageText": TEXT, **values}
    return given.requester.call("NotifyWorkers", {**told, "WorkerId": list(workers)})


def mails(given: Given, worker_id: str, subject: str) -> list[Message]:
    """Return a Worker's mails with that subject, read until there is one."""
    return given.settled(
        lambda: [one for one in given.workers.read_messages(worker_id) if one.subject == subject], bool
    )


def mails_now(given: Given, worker_id: str, subject: str) -> list[Message]:
    """Return a Worker's mails with that subject, read once."""
    return [one for one in given.workers.read_messages(worker_id) if one.subject == subject]


@pytest.mark.verifies("NotifyWorkers.delivers")
def test_each_worker_named_gets_one_mail(given: Given, expect: Expect) -> None:
    employer, subject = Employer(given), given.name("subject")
    hit_id = employer.hit(MaxAssignments=2)
    works = [employer.approved(hit_id), employer.rejected(hit_id)]
    reply = notify(given, *(work.worker_id for work in works), Subject=subject)
    for work in works:
        got = mails(given, work.worker_id, subject)
        expect(
            "NotifyWorkers.delivers",
            reply.accepted and [one.text.strip() for one in got] == [TEXT],
            where="the Worker's messages",
            expected=f"success, and one mail with the subject {subject!r} and the text {TEXT!r}",
            actual=f"{reply.summary}; {[one.text for one in got]!r}",
        )


@pytest.mark.verifies("NotifyWorkers.eligible")
def test_only_who_has_had_work_decided_gets_a_mail(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work: Work = employer.submitted()
    early, late = given.name("early"), given.name("late")
    notify(given, work.worker_id, Subject=early)
    before = mails_now(given, work.worker_id, early)
    employer.requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id})
    notify(given, work.worker_id, Subject=late)
    after = mails(given, work.worker_id, late)
    before += mails_now(given, work.worker_id, early)
    expect(
        "NotifyWorkers.eligible",
        not before and len(after) == 1,
        where="the messages of a Worker whose assignment was not decided, and then was",
        expected="no mail before the decision, one after it",
        actual=f"{len(before)} before, {len(after)} after",
    )


@pytest.mark.verifies("NotifyWorkers.ineligible-valid", "NotifyWorkers.failure-status")
def test_who_cannot_be_written_to_is_reported(given: Given, expect: Expect) -> None:
    work, stranger, subject = Employer(given).approved(), given.workers.new_worker(), given.name("subject")
    reply = notify(given, work.worker_id, stranger, Subject=subject)
    got = mails(given, work.worker_id, subject)
    expect(
        "NotifyWorkers.ineligible-valid",
        reply.accepted and len(got) == 1,
        where="a call for a Worker of an approved assignment and one who never worked for the caller",
        expected="success, and the first gets the mail",
        actual=f"{reply.summary}; {len(got)} mails",
    )
    named = [(one.text or "").strip() for one in reply.all("NotifyWorkersFailureStatus/WorkerId")]
    expect(
        "NotifyWorkers.failure-status",
        named == [stranger],
        where="NotifyWorkersFailureStatus",
        expected=f"one, for {stranger}",
        actual=", ".join(named) or "none",
    )
    for status in reply.all("NotifyWorkersFailureStatus"):
        told = (status.findtext("NotifyWorkersFailureMessage") or "").strip()
        expect(
            "NotifyWorkers.failure-status",
            bool(told),
            where="NotifyWorkersFailureMessage",
            expected="a text",
            actual="nothing",
        )


@pytest.mark.verifies("NotifyWorkers.WorkerId.max", "NotifyWorkers.WorkerId.single")
def test_a_call_names_one_to_a_hundred_workers(given: Given, expect: Expect) -> None:
    work = Employer(given).approved()
    named = [work.worker_id, *(given.workers.new_worker() for _ in range(MOST))]
    for count in (MOST, MOST + 1):
        reply = notify(given, *named[:count])
        expect(
            "NotifyWorkers.WorkerId.max",
            reply.accepted if count <= MOST else reply.refused,
            where=f"NotifyWorkers with {count} WorkerId parameters",
            expected="success" if count <= MOST else "an error",
            actual=reply.summary,
        )
    for parameter in ("WorkerId", "WorkerId.1") if given.requester.binding == "query" else ():
        values = {"Subject": "made by a conformance run", "MessageText": TEXT}
        reply = given.requester.call("NotifyWorkers", values, common={parameter: work.worker_id})
        expect(
            "NotifyWorkers.WorkerId.single",
            reply.accepted,
            where=parameter,
            expected="success",
            actual=reply.summary,
        )
