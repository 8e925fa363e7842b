from typing import Any

import pytest

from conformance.wire.timestamps import format_timestamp

PREFIX = "AWS.MechanicalTurk."


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix; they stand below the result's Request."""
    assert answer.status == 200
    assert {error.place for error in answer.errors} <= {"Request"}
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def test_new_request_is_listed_with_its_members(scene: Any) -> None:
    """A request without a test has an id, the type, the Worker and the time of asking."""
    type_id, worker = scene.type(), scene.worker()
    scene.now += 60.7
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    asked = scene.now
    scene.now += 60
    answer = scene.call("GetQualificationRequests")
    counts = [(node.tag, node.text) for node in answer.results[0]][1:4]
    assert counts == [("NumResults", "1"), ("TotalNumResults", "1"), ("PageNumber", "1")]
    assert [(node.tag, node.text) for node in answer.results[0].find("QualificationRequest")] == [
        ("QualificationRequestId", request_id),
        ("QualificationTypeId", type_id),
        ("SubjectId", worker),
        ("SubmitTime", format_timestamp(asked)),
    ]


def test_list_holds_the_requesters_own_pending_requests(scene: Any, other: Any) -> None:
    """Neither another's requests nor decided ones are listed; a type narrows the list, another's type is refused."""
    mine, more, foreign = scene.type(), scene.type(), scene.type(by=other)
    granted, rejected, kept, third = (scene.pending(type_id) for type_id in (mine, mine, mine, more))
    scene.pending(foreign)
    assert scene.call("GrantQualification", QualificationRequestId=granted).accepted
    assert scene.call("RejectQualificationRequest", QualificationRequestId=rejected).accepted
    assert set(scene.listed()) == {kept, third}
    assert scene.listed(QualificationTypeId=mine) == [kept]
    for unknown in (foreign, "X"):
        answer = scene.call("GetQualificationRequests", QualificationTypeId=unknown)
        assert codes(answer) == ["QualificationTypeDoesNotExist"]


def test_list_is_sorted_by_time_or_type_with_ties_by_id(scene: Any) -> None:
    """Oldest first unless asked otherwise; the descending list is the ascending one turned round."""
    types = [scene.type(), scene.type()]
    rows = []
    for number in range(8):
        scene.now += 10 * (number % 3 == 0)
        type_id = types[number % 2]
        rows.append((scene.now, type_id, scene.pending(type_id)))
    by_time = [row[2] for row in sorted(rows, key=lambda row: (row[0], row[2]))]
    by_type = [row[2] for row in sorted(rows, key=lambda row: (row[1], row[2]))]
    assert scene.listed() == scene.listed(SortProperty="SubmitTime", SortDirection="Ascending") == by_time
    assert scene.listed(SortDirection="Descending") == by_time[::-1]
    assert scene.listed(SortProperty="QualificationTypeId") == by_type
    assert scene.listed(SortProperty="QualificationTypeId", SortDirection="Descending") == by_type[::-1]


def test_pages_cut_the_list_into_pieces(scene: Any) -> None:
    """Ten a page by default; a page beyond the end is empty and still tells the total."""
    type_id = scene.type()
    whole = sorted(scene.pending(type_id) for _ in range(11))
    assert scene.listed() == whole[:10]
    assert scene.listed(PageNumber="2") == whole[10:]
    assert [one for page in range(1, 5) for one in scene.listed(PageSize="3", PageNumber=str(page))] == whole
    answer = scene.call("GetQualificationRequests", PageNumber="9999")
    assert [node.text for node in answer.results[0]][1:] == ["0", "11", "9999"]
    assert scene.call("GetQualificationRequests", PageSize="101").refused


@pytest.mark.parametrize(("given_value", "score"), [({}, "1"), ({"IntegerValue": "95"}, "95")])
def test_grant_gives_the_value_and_ends_the_request(scene: Any, given_value: dict[str, str], score: str) -> None:
    """Without a value it is 1; GrantTime is the time of the call."""
    type_id, worker = scene.type(), scene.worker()
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    scene.now += 60
    answer = scene.call("GrantQualification", QualificationRequestId=request_id, **given_value)
    assert [node.tag for node in answer.results[0]] == ["Request"]
    answer = scene.call("GetQualificationScore", QualificationTypeId=type_id, SubjectId=worker)
    assert {node.tag: node.text for node in answer.results[0] if node.tag != "Request"} == {
        "QualificationTypeId": type_id,
        "SubjectId": worker,
        "GrantTime": format_timestamp(scene.now),
        "IntegerValue": score,
        "Status": "Granted",
    }
    assert scene.listed() == []


def test_ill_typed_grant_leaves_the_request_pending(scene: Any) -> None:
    """A value that is no integer is refused, and nothing is granted."""
    request_id = scene.pending(scene.type())
    answer = scene.call("GrantQualification", QualificationRequestId=request_id, IntegerValue="abc")
    assert codes(answer) == ["InvalidParameterValue"]
    assert scene.listed() == [request_id]


def test_rejection_tells_the_worker_why_in_the_very_words(scene: Any) -> None:
    """The message holds the Reason unchanged; without one there is a message all the same."""
    type_id, reason = scene.type(), "zu spät <b>&amp;\n  "
    workers = [scene.worker(), scene.worker()]
    for worker, given_reason in zip(workers, ({"Reason": reason}, {}), strict=True):
        request_id = scene.ask(worker, type_id)["qualification_request_id"]
        answer = scene.call("RejectQualificationRequest", QualificationRequestId=request_id, **given_reason)
        assert [node.tag for node in answer.results[0]] == ["Request"]
    (mail,) = scene.messages(workers[0])
    assert reason in mail["text"]
    assert mail["at"] == scene.now
    assert len(scene.messages(workers[1])) == 1
    assert scene.listed() == []


def test_rejection_leaves_the_qualification_as_it_was(scene: Any) -> None:
    """Who held it keeps it with its score, who did not is still without."""
    type_id, holder, stranger = scene.type(), scene.worker(), scene.worker()
    scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId=holder, IntegerValue="77")
    for worker in (holder, stranger):
        request_id = scene.ask(worker, type_id)["qualification_request_id"]
        assert scene.call("RejectQualificationRequest", QualificationRequestId=request_id).accepted
    assert scene.score(holder, type_id) == "77"
    answer = scene.call("GetQualificationScore", QualificationTypeId=type_id, SubjectId=stranger)
    assert codes(answer) == ["QualificationDoesNotExist"]


@pytest.mark.parametrize("first", ["GrantQualification", "RejectQualificationRequest"])
@pytest.mark.parametrize("second", ["GrantQualification", "RejectQualificationRequest"])
def test_request_is_decided_once(scene: Any, first: str, second: str) -> None:
    """A second decision is refused, tells the state, and changes nothing."""
    type_id, worker = scene.type(), scene.worker()
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    assert scene.call(first, QualificationRequestId=request_id).accepted
    before = {**scene.endpoint.store.dump(), "calls": None}
    answer = scene.call(second, QualificationRequestId=request_id)
    assert codes(answer) == ["InvalidQualificationRequestState"]
    state = "Granted" if first == "GrantQualification" else "Rejected"
    assert answer.errors[0].data == (
        ("QualificationRequestId", request_id),
        ("CurrentState", state),
        ("ExpectedStates", "Submitted"),
    )
    assert {**scene.endpoint.store.dump(), "calls": None} == before


@pytest.mark.parametrize("operation", ["GrantQualification", "RejectQualificationRequest"])
def test_request_is_decided_by_its_requester_only(scene: Any, other: Any, operation: str) -> None:
    """Another's request, one that was never issued and one whose test is being taken do not exist."""
    request_id = scene.pending(scene.type())
    assert codes(scene.call(operation, by=other, QualificationRequestId=request_id)) == [
        "QualificationRequestDoesNotExist"
    ]
    assert codes(scene.call(operation, QualificationRequestId="X")) == ["QualificationRequestDoesNotExist"]
    assert scene.listed() == [request_id]


def test_assignment_needs_no_request_and_touches_none(scene: Any) -> None:
    """The Worker has it at once, a pending request stays; assigning again replaces the value."""
    type_id, worker = scene.type(), scene.worker()
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    for value in ("1", "-5", "10"):
        answer = scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId=worker, IntegerValue=value)
        assert answer.accepted
        assert scene.score(worker, type_id) == value
    assert scene.listed() == [request_id]
    assert scene.call("GrantQualification", QualificationRequestId=request_id, IntegerValue="20").accepted
    assert scene.score(worker, type_id) == "20"


@pytest.mark.parametrize(
    ("notify", "mails"), [({}, 1), ({"SendNotification": "true"}, 1), ({"SendNotification": "false"}, 0)]
)
def test_assignment_sends_mail_unless_told_not_to(scene: Any, notify: dict[str, str], mails: int) -> None:
    """SendNotification is true when left out."""
    worker = scene.worker()
    assert scene.call("AssignQualification", QualificationTypeId=scene.type(), WorkerId=worker, **notify).accepted
    assert len(scene.messages(worker)) == mails


def test_assignment_and_score_are_for_own_types_and_known_workers(scene: Any, other: Any) -> None:
    """Another's type does not exist; an id that is no Worker is not accepted."""
    type_id, worker = scene.type(), scene.worker()
    answer = scene.call("AssignQualification", by=other, QualificationTypeId=type_id, WorkerId=worker)
    assert codes(answer) == ["QualificationTypeDoesNotExist"]
    answer = scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId="ZZZ")
    assert codes(answer) == ["InvalidParameterValue"]
    scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId=worker)
    answer = scene.call("GetQualificationScore", by=other, QualificationTypeId=type_id, SubjectId=worker)
    assert codes(answer) == ["QualificationTypeDoesNotExist"]
    assert answer.text("IntegerValue") is None
