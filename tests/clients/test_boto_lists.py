"""boto 2.49 searches, lists, notifies, blocks, and reads single assignments and files at the embedded endpoint."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.wire.timestamps import is_utc_timestamp

if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

from boto.mturk.connection import MTurkConnection
from boto.mturk.question import AnswerSpecification, FileUploadAnswer, Question, QuestionContent, QuestionForm

if TYPE_CHECKING:
    from tests.clients.conftest import Driven

CANNOT = {"get_all_hits", "get_all_qualifications_for_qual_type"}
"""What boto itself can do on Python 2 only: it asks itertools for imap."""


def test_boto_lists_hits(driven: Driven) -> None:
    """It searches page by page in both directions, and lists what waits for a review, of one type and of all."""
    boto, kind = driven.boto, driven.registered("one")
    made = [boto.create_hit(kind, driven.form, max_assignments=1)[0].HITId for _ in range(3)]
    pages = [boto.search_hits(page_size=2, page_number=number) for number in (1, 2)]
    assert [(page.NumResults, page.TotalNumResults, page.PageNumber) for page in pages] == [
        ("2", "3", "1"),
        ("1", "3", "2"),
    ]
    assert sorted(hit.HITId for page in pages for hit in page) == sorted(made)
    shown = boto.search_hits(sort_by="Title", sort_direction="Descending", response_groups=["Minimal", "HITDetail"])
    assert [hit.Title for hit in shown] == ["one"] * 3
    assert all(is_utc_timestamp(hit.Expiration) and hit.expired is False for hit in shown)
    assert list(boto.get_reviewable_hits()) == []
    boto.expire_hit(made[1])
    for listed in (boto.get_reviewable_hits(), boto.get_reviewable_hits(hit_type=kind, sort_by="CreationTime")):
        assert [hit.HITId for hit in listed] == [made[1]]
    boto.set_reviewing(made[1])
    assert [hit.HITId for hit in boto.get_reviewable_hits(status="Reviewing")] == [made[1]]
    assert list(boto.get_reviewable_hits(hit_type=driven.registered("two"))) == []


def test_boto_reads_one_assignment_and_changes_its_mind(driven: Driven) -> None:
    """GetAssignment brings the assignment and its HIT; what was rejected is approved after all."""
    boto = driven.boto
    (hit,) = boto.create_hit(driven.registered("one"), driven.form, max_assignments=1)
    worker, assignment_id = driven.handed_in(hit.HITId)
    assignment, its_hit = boto.get_assignment(assignment_id)
    assert (assignment.AssignmentId, assignment.WorkerId, its_hit.HITId) == (assignment_id, worker, hit.HITId)
    assert assignment.answers[0][0].fields == ["a < b & ü"]
    boto.reject_assignment(assignment_id, "leider nicht")
    boto.approve_rejected_assignment(assignment_id, "doch <gut> & schön")
    approved, _ = boto.get_assignment(assignment_id, response_groups=["Minimal", "AssignmentFeedback", "HITDetail"])
    assert (approved.AssignmentStatus, approved.RequesterFeedback) == ("Approved", "doch <gut> & schön")
    assert is_utc_timestamp(approved.ApprovalTime)


def test_boto_fetches_a_file(driven: Driven) -> None:
    """Of an answer that was uploaded."""
    content = QuestionContent()
    content.append_field("Text", "Which file?")
    form = QuestionForm([Question("f1", content, AnswerSpecification(FileUploadAnswer(1, 1000)))])
    (hit,) = driven.boto.create_hit(driven.registered("one"), form, max_assignments=1)
    worker = driven.workers.new_worker()
    accepted = driven.workers.accept_assignment(worker, hit.HITId)
    driven.workers.upload_file(worker, accepted.assignment_id, "f1", "what it holds")
    driven.workers.submit_assignment(
        worker, accepted.assignment_id, driven.answers.replace("q1", "f0").replace("a &lt; b &amp; ü", "")
    )
    (file,) = driven.boto.get_file_upload_url(accepted.assignment_id, "f1")
    assert file.FileUploadURL.startswith("http")


def test_boto_speaks_to_workers_and_of_them(driven: Driven) -> None:
    """It notifies, blocks for a reason and unblocks again."""
    boto = driven.boto
    (hit,) = boto.create_hit(driven.registered("one"), driven.form, max_assignments=2)
    work = [driven.handed_in(hit.HITId) for _ in range(2)]
    for _, assignment_id in work:
        boto.approve_assignment(assignment_id)
    workers = [worker for worker, _ in work]
    boto.notify_workers(workers, "ein Gruß", "1 < 2 & 'ü'")
    for worker in workers:
        (mail,) = driven.workers.read_messages(worker)
        assert (mail.subject, "1 < 2 & 'ü'" in mail.text) == ("ein Gruß", True)
    boto.block_worker(workers[0], "a reason & more")
    assert driven.reply().accepted
    boto.unblock_worker(workers[0], "forgiven")
    assert driven.reply().accepted


def test_boto_searches_types_and_lists_who_holds_one(driven: Driven) -> None:
    """It changes a score, takes the Qualification away, and disposes of the type."""
    boto = driven.boto
    (made,) = boto.create_qualification_type("Searchable one", "d", "Active", keywords=["findme"])
    for query in ("Searchable", "findme"):
        found = boto.search_qualification_types(query=query)
        assert [(kind.QualificationTypeId, kind.Name) for kind in found] == [
            (made.QualificationTypeId, "Searchable one")
        ]
        assert found.TotalNumResults == "1"
    assert boto.search_qualification_types(query="nothing", must_be_requestable=False).TotalNumResults == "0"
    workers = [driven.workers.new_worker() for _ in range(3)]
    for worker in workers:
        boto.assign_qualification(made.QualificationTypeId, worker, value=7)
    boto.update_qualification_score(made.QualificationTypeId, workers[0], 8)
    boto.revoke_qualification(workers[1], made.QualificationTypeId, "no & more")
    pages = [
        boto.get_qualifications_for_qualification_type(made.QualificationTypeId, page_size=1, page_number=number)
        for number in (1, 2, 3)
    ]
    held = {one.SubjectId: (one.IntegerValue, one.Status) for page in pages for one in page}
    assert held == {workers[0]: ("8", "Granted"), workers[2]: ("7", "Granted")}
    boto.dispose_qualification_type(made.QualificationTypeId)
    assert driven.reply().accepted


def test_boto_asks_for_notifications_and_for_help(driven: Driven) -> None:
    """By mail and to a queue, as the newest version has it; and sends a test of one."""
    boto, kind = driven.boto, driven.registered("one")
    boto.set_email_notification(kind, "nobody@example.com", event_types=["AssignmentSubmitted", "HITReviewable"])
    assert driven.reply().accepted
    queue = "https://queue.amazonaws.com/123456789012/queue"
    boto.set_sqs_notification(kind, queue, event_types=["AssignmentAccepted"])
    assert driven.reply().accepted
    boto.send_test_event_notification(kind, queue, event_types=["AssignmentAccepted"], test_event_type="Ping")
    assert driven.reply().accepted
    boto.get_help("CreateHIT")
    assert driven.reply().accepted
    boto.get_help("HITDetail", help_type="ResponseGroup")
    assert driven.reply().accepted


def test_every_method_of_boto_is_driven() -> None:
    """Each public one that makes a call, by one of the tests beside this; REST notifications ended before 2014."""
    calling = {
        name
        for name, function in inspect.getmembers(MTurkConnection, inspect.isfunction)
        if name in vars(MTurkConnection) and not name.startswith("_")
        if "_process_request" in inspect.getsource(function) or "_set_notification" in inspect.getsource(function)
    }
    driven = {
        node.func.attr
        for file in Path(__file__).parent.glob("test_boto*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert len(calling) > 30
    assert calling - driven - CANNOT == {"set_rest_notification"}
