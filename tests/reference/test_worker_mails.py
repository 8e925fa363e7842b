from typing import Any

from conformance.bindings.query import Answer


def notify(scene: Any, *workers: str, **parameters: Any) -> Answer:
    """Write to Workers."""
    values = {"Subject": "hello", "MessageText": "line one\nline <two>", **parameters}
    answer: Answer = scene.call("NotifyWorkers", WorkerId=list(workers), **values)
    return answer


def test_who_has_had_work_decided_gets_the_mail_once(scene: Any) -> None:
    """However often the Worker is named in the call."""
    _, worker, _ = scene.approved()
    answer = notify(scene, worker, worker)
    assert [node.tag for node in answer.results[0]] == ["Request"]
    assert [(mail["subject"], mail["text"]) for mail in scene.messages(worker)] == [("hello", "line one\nline <two>")]


def test_who_has_not_is_reported_and_gets_none(scene: Any) -> None:
    """A Worker whose work waits for a decision, one who worked for another Requester, and nobody at all."""
    _, waiting = scene.submission(scene.hit())
    answer = notify(scene, waiting, "nobody")
    assert answer.accepted
    rows = answer.results[0].findall("NotifyWorkersFailureStatus")
    assert [row.findtext("WorkerId") for row in rows] == [waiting, "nobody"]
    assert {row.findtext("NotifyWorkersFailureCode") for row in rows} == {"HardFailure"}
    assert scene.messages(waiting) == []


def test_work_for_another_requester_does_not_count(scene: Any, other: Any) -> None:
    _, worker, _ = scene.approved(by=other)
    assert notify(scene, worker).accepted
    assert scene.messages(worker) == []


def test_a_subject_is_needed_from_2008_08_02_on(scene: Any) -> None:
    _, worker, _ = scene.approved()
    values = {"MessageText": "text", "WorkerId": worker}
    assert scene.call("NotifyWorkers", **values).refused
    assert scene.call("NotifyWorkers", **values, wire={"version": "2008-04-01"}).accepted
