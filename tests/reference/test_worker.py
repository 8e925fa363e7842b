from typing import Any

import pytest


def with_test(scene: Any, documents: Any, **more: Any) -> str:
    """Create a type with a test of one free question."""
    return str(scene.type(Test=documents.form("q"), TestDurationInSeconds="60", **more))


def shown(scene: Any) -> Any:
    """Return the one request listed."""
    (node,) = scene.call("GetQualificationRequests").results[0].iterfind("QualificationRequest")
    return node


def test_request_without_test_is_pending_at_once(scene: Any) -> None:
    """The reply tells the id that the Requester sees."""
    type_id = scene.type()
    reply = scene.ask(scene.worker(), type_id)
    assert reply == {
        "state": "pending",
        "qualification_request_id": scene.listed()[0],
        "test": None,
        "at": scene.now,
    }


@pytest.mark.parametrize(
    ("given_value", "score"), [({}, "1"), ({"AutoGrantedValue": "42"}, "42"), ({"AutoGrantedValue": "0"}, "0")]
)
def test_automatic_grant_is_immediate(scene: Any, given_value: dict[str, str], score: str) -> None:
    """The Worker has the value at once, and no request is listed."""
    type_id, worker = scene.type(AutoGranted="true", **given_value), scene.worker()
    reply = scene.ask(worker, type_id)
    assert (reply["state"], reply["qualification_request_id"]) == ("granted", None)
    assert scene.score(worker, type_id) == score
    assert scene.listed() == []


def test_tested_request_exists_when_the_answers_are_handed_in(scene: Any, documents: Any) -> None:
    """Until then nothing is listed; then test and answers are, verbatim, with the time of handing in."""
    type_id, worker = with_test(scene, documents), scene.worker()
    reply = scene.ask(worker, type_id)
    assert (reply["state"], reply["qualification_request_id"]) == ("test", None)
    assert reply["test"] == documents.form("q")
    assert scene.listed() == []
    scene.now += 20
    answer = '<?xml version="1.0" encoding="UTF-8"?>\r\n' + documents.answers(q="&#xe9; &lt;") + "\n"
    status, reply = scene.hand_in(worker, type_id, answer)
    assert (status, reply["state"]) == (201, "pending")
    node = shown(scene)
    assert node.findtext("QualificationRequestId") == reply["qualification_request_id"]
    assert (node.findtext("Test"), node.findtext("Answer")) == (documents.form("q"), answer)
    assert node.findtext("SubmitTime") == "2014-05-13T16:53:40Z"


def test_test_of_a_request_is_the_one_at_the_time_of_asking(scene: Any, documents: Any) -> None:
    """An update between asking and handing in, or later, does not change the copy; a new request has the new test."""
    type_id, worker = with_test(scene, documents), scene.worker()
    scene.ask(worker, type_id)
    update = {"QualificationTypeId": type_id, "Test": documents.form("new"), "TestDurationInSeconds": "9"}
    assert scene.call("UpdateQualificationType", **update).accepted
    scene.now += 30
    assert scene.hand_in(worker, type_id, documents.answers(q="a"))[0] == 201
    assert shown(scene).findtext("Test") == documents.form("q")
    assert scene.ask(scene.worker(), type_id)["test"] == documents.form("new")


def test_answers_are_taken_while_the_time_lasts(scene: Any, documents: Any) -> None:
    """The time for a test runs from the Worker's asking."""
    type_id, workers = with_test(scene, documents), [scene.worker(), scene.worker()]
    for worker in workers:
        scene.ask(worker, type_id)
    scene.now += 60
    assert scene.hand_in(workers[0], type_id, documents.answers(q="a"))[0] == 201
    scene.now += 1
    assert scene.hand_in(workers[1], type_id, documents.answers(q="a"))[0] == 409


def test_answers_need_a_test_that_is_being_taken(scene: Any, documents: Any) -> None:
    """Without a request, after handing in, and with something that is no answers document nothing is taken."""
    type_id, worker = with_test(scene, documents), scene.worker()
    good = documents.answers(q="a")
    assert scene.hand_in(worker, type_id, good)[0] == 409
    scene.ask(worker, type_id)
    for bad in ("", "text", documents.form("q"), "<QuestionFormAnswers/>"):
        assert scene.hand_in(worker, type_id, bad)[0] == 400
    assert scene.hand_in(worker, type_id, good)[0] == 201
    assert scene.hand_in(worker, type_id, good)[0] == 409


def test_keyed_test_is_scored_and_granted(scene: Any, documents: Any) -> None:
    """The value is there at once and no request is listed; with retries a second attempt changes the value."""
    test = documents.form("q", answer=documents.choices("a", "b"))
    key = documents.key(documents.keyed("q", ("a", 10), default=3))
    type_id = scene.type(Test=test, TestDurationInSeconds="60", AnswerKey=key, RetryDelayInSeconds="0")
    worker = scene.worker()
    for selected, score in (("b", "3"), ("a", "10")):
        scene.ask(worker, type_id)
        status, reply = scene.hand_in(worker, type_id, documents.answers(q=selected))
        assert (status, reply["state"], reply["qualification_request_id"]) == (201, "granted", None)
        assert scene.score(worker, type_id) == score
        assert scene.listed() == []


def test_inactive_type_cannot_be_requested(scene: Any) -> None:
    """Workers ask for Active types only; one that was never created is not found."""
    worker = scene.worker()
    assert scene.refused_to_ask(worker, scene.type(QualificationTypeStatus="Inactive"))
    path = f"workers/{worker}/qualification-requests"
    assert scene.control(path, {"qualification_type_id": "X"})[0] == 404


def test_one_request_at_a_time(scene: Any, documents: Any) -> None:
    """While a request is pending or a test is being taken there is no second one, whatever the retry delay."""
    plain, test = scene.type(RetryDelayInSeconds="0"), with_test(scene, documents, RetryDelayInSeconds="0")
    worker = scene.worker()
    for type_id in (plain, test):
        scene.ask(worker, type_id)
        assert scene.refused_to_ask(worker, type_id)
    scene.now += 61
    assert scene.refused_to_ask(worker, plain)
    assert scene.ask(worker, test)["state"] == "test"


def test_without_retry_delay_a_worker_asks_once(scene: Any) -> None:
    """A rejected Worker cannot ask again, until an update allows retries."""
    type_id, worker = scene.type(), scene.worker()
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    scene.call("RejectQualificationRequest", QualificationRequestId=request_id)
    scene.now += 10_000
    assert scene.refused_to_ask(worker, type_id)
    scene.call("UpdateQualificationType", QualificationTypeId=type_id, RetryDelayInSeconds="60")
    assert scene.ask(worker, type_id)["state"] == "pending"


@pytest.mark.parametrize("operation", ["GrantQualification", "RejectQualificationRequest"])
def test_retry_delay_runs_from_the_last_request(scene: Any, operation: str) -> None:
    """A second before its end asking is refused, at its end it is allowed."""
    type_id, worker = scene.type(RetryDelayInSeconds="60"), scene.worker()
    request_id = scene.ask(worker, type_id)["qualification_request_id"]
    scene.now += 50
    scene.call(operation, QualificationRequestId=request_id)
    scene.now += 9
    assert scene.refused_to_ask(worker, type_id)
    scene.now += 1
    assert scene.ask(worker, type_id)["qualification_request_id"] != request_id


def test_a_worker_accepts_a_hit_once(scene: Any) -> None:
    """Neither while working on it nor after handing in; but again after abandoning it."""
    hit_id, worker = scene.hit(MaxAssignments="5"), scene.worker()
    first = scene.accept(worker, hit_id)
    assert scene.refused_to_accept(worker, hit_id)
    scene.now += 599
    assert scene.refused_to_accept(worker, hit_id)
    scene.now += 1
    assert scene.submit(worker, first)[0] == 409
    second = scene.accept(worker, hit_id)
    assert second != first
    assert scene.submit(worker, second) == (201, {"at": scene.now})
    assert scene.refused_to_accept(worker, hit_id)
    assert scene.submit(worker, second)[0] == 409


def test_no_more_are_accepted_than_there_are(scene: Any) -> None:
    """Assignments in progress and handed in never exceed the number of the HIT; after expiry none is given."""
    hit_id, expiring = scene.hit(MaxAssignments="2"), scene.hit(LifetimeInSeconds="30")
    scene.submission(hit_id)
    scene.accept(scene.worker(), hit_id)
    assert scene.refused_to_accept(scene.worker(), hit_id)
    scene.now += 30
    assert scene.refused_to_accept(scene.worker(), expiring)


def test_a_worker_submits_only_what_is_held(scene: Any) -> None:
    """Not another's assignment, and only an answers document."""
    hit_id, worker = scene.hit(), scene.worker()
    assignment = scene.accept(worker, hit_id)
    assert scene.submit(scene.worker(), assignment)[0] == 404
    assert scene.submit(worker, "ZZZ")[0] == 404
    for answer in ("", "4", "<QuestionFormAnswers/>"):
        assert scene.submit(worker, assignment, answer)[0] == 400
    assert scene.submit(worker, assignment)[0] == 201
    assert scene.control(f"workers/{worker}/assignments", {"hit_id": "ZZZ"})[0] == 404
