"""What Workers do on their site: previews, returned work, forms, uploaded files."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.reference.answer_documents import answers_of
from conformance.reference.pages import page_fault
from conformance.spec.documents import document_faults
from conformance.wire.messages import HttpRequest

HTML = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"
FILE = (
    "<FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>"
    "</FileUploadAnswer>"
)


def html(content: str) -> str:
    """Return an HTMLQuestion."""
    return (
        f'<HTMLQuestion xmlns="{HTML}"><HTMLContent><![CDATA[{content}]]></HTMLContent>'
        "<FrameHeight>9</FrameHeight></HTMLQuestion>"
    )


def act(scene: Any, worker: str, action: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """Do something as a Worker."""
    done: tuple[int, dict[str, Any]] = scene.control(f"workers/{worker}/{action}", body)
    return done


def post(
    scene: Any, fields: list[tuple[str, str]], *, method: str = "POST", path: str = "/mturk/externalSubmit"
) -> int:
    """Send a form to the Workers' site and return the status."""
    status: int = scene.send(HttpRequest(method=method, url=path, body=urlencode(fields).encode())).status
    return status


def shown(scene: Any, hit_id: str) -> list[dict[str, str]]:
    """Return the answers of each assignment listed, by identifier."""
    answer = scene.call("GetAssignmentsForHIT", HITId=hit_id)
    documents = [etree.fromstring(node.text) for node in answer.results[0].iterfind("Assignment/Answer")]
    return [
        {one.findtext("{*}QuestionIdentifier"): one[-1].text or "" for one in root.iterfind("{*}Answer")}
        for root in documents
    ]


@pytest.mark.parametrize(
    ("url", "before"),
    [
        ("https://e.org/f", "https://e.org/f?assignmentId="),
        ("https://e.org/f?a=1", "https://e.org/f?a=1&assignmentId="),
        ("https://e.org/f#x", "https://e.org/f?assignmentId="),
    ],
)
def test_a_frame_has_four_parameters(scene: Any, documents: Any, url: str, before: str) -> None:
    """In a preview without an assignment and without the Worker."""
    hit_id, worker = scene.hit(Question=documents.external(url)), scene.worker()
    status, seen = act(scene, worker, "previews", hit_id=hit_id)
    assert status == 201
    assert seen["url"].startswith(before + "ASSIGNMENT_ID_NOT_AVAILABLE&hitId=")
    assert seen["parameters"]["hitId"] == hit_id
    assert "workerId" not in seen["parameters"]
    accepted = act(scene, worker, "assignments", hit_id=hit_id)[1]
    parameters = dict(parse_qsl(urlsplit(accepted["url"]).query))
    assert parameters | {"a": "1"} == {
        "a": "1",
        "assignmentId": accepted["assignment_id"],
        "hitId": hit_id,
        "turkSubmitTo": "http://localhost/",
        "workerId": worker,
    }


def test_a_form_has_no_frame(scene: Any) -> None:
    """A QuestionForm is shown by the site itself."""
    hit_id, worker = scene.hit(), scene.worker()
    seen = act(scene, worker, "previews", hit_id=hit_id)[1]
    assert (seen["url"], seen["parameters"]) == (None, {})
    assert act(scene, worker, "assignments", hit_id=hit_id)[1]["url"] is None
    assert act(scene, worker, "previews", hit_id=hit_id)[0] == 409
    assert act(scene, worker, "previews", hit_id="NONE")[0] == 404


def test_a_returned_assignment_is_free_again(scene: Any) -> None:
    """Also for the Worker who returned it; what was returned is not handed in."""
    hit_id, worker = scene.hit(), scene.worker()
    assignment = scene.accept(worker, hit_id)
    assert act(scene, worker, "returns", assignment_id=assignment)[0] == 201
    assert scene.submit(worker, assignment)[0] == 409
    assert act(scene, worker, "returns", assignment_id=assignment)[0] == 409
    again = scene.accept(worker, hit_id)
    assert scene.submit(worker, again)[0] == 201
    assert len(shown(scene, hit_id)) == 1


def test_a_form_becomes_answers(scene: Any, documents: Any) -> None:
    """Fields of one name are joined, reserved names left out; one form an assignment."""
    hit_id, worker = scene.hit(Question=documents.external(), MaxAssignments="2"), scene.worker()
    assignment = scene.accept(worker, hit_id)
    fields = [["hitId", "x"], ["a", "1"], ["b", "é<&"], ["a", "2"], ["workerId", "y"], ["c", ""]]
    assert act(scene, worker, "external-submissions", assignment_id=assignment, fields=fields)[0] == 201
    assert shown(scene, hit_id) == [{"a": "1|2", "b": "é<&", "c": ""}]
    assert act(scene, worker, "external-submissions", assignment_id=assignment, fields=fields)[0] == 409


@pytest.mark.parametrize("fields", [None, "a", [["a"]], [["a", 1]], [["a", "\x01"]], ["ab"]])
def test_a_form_of_another_shape_is_refused(scene: Any, documents: Any, fields: Any) -> None:
    """A list of pairs of texts that XML can carry."""
    hit_id, worker = scene.hit(Question=documents.external()), scene.worker()
    assignment = scene.accept(worker, hit_id)
    assert act(scene, worker, "external-submissions", assignment_id=assignment, fields=fields)[0] == 400
    assert shown(scene, hit_id) == []


def test_the_site_takes_forms(scene: Any) -> None:
    """By POST, with the assignmentId of an assignment that is at work, in these letters."""
    hit_id, worker = scene.hit(Question=html("<!DOCTYPE html><p>a")), scene.worker()
    assignment = scene.accept(worker, hit_id)
    assert post(scene, [("a", "1")]) == 400
    assert post(scene, [("AssignmentId", assignment), ("a", "1")]) == 400
    assert post(scene, [("assignmentId", "ASSIGNMENT_ID_NOT_AVAILABLE"), ("a", "1")]) == 400
    assert post(scene, [("assignmentId", assignment), ("a", "1")], method="GET") == 405
    assert post(scene, [("assignmentId", assignment), ("a", "\x00")]) == 400
    assert shown(scene, hit_id) == []
    assert post(scene, [("assignmentId", assignment), ("a", "1")]) == 200
    assert post(scene, [("assignmentId", assignment), ("a", "2")]) == 409
    assert shown(scene, hit_id) == [{"a": "1"}]
    assert scene.send(HttpRequest(method="POST", url="/mturk/externalSubmit", body=b"\xff=%ff")).status == 400


def test_a_file_is_uploaded_and_given_for_a_minute(scene: Any, documents: Any, other: Any) -> None:
    """To whoever has the address; the last upload for a question counts."""
    question = documents.form("f", answer=FILE)
    hit_id, worker = scene.hit(Question=question), scene.worker()
    assignment = scene.accept(worker, hit_id)
    wish = {"assignment_id": assignment, "question_identifier": "f"}
    keys = [act(scene, worker, "uploads", **wish, content=content)[1]["key"] for content in ("old", "é")]
    assert len(set(keys)) == 2
    assert act(scene, worker, "uploads", **{**wish, "question_identifier": "g"}, content="x")[0] == 409
    assert scene.submit(worker, assignment, documents.answers(g="a"))[0] == 201
    assert shown(scene, hit_id)[0]["f"] == keys[1]
    call = {"AssignmentId": assignment, "QuestionIdentifier": "f"}
    for refused in ({**call, "by": other}, {**call, "QuestionIdentifier": "g"}):
        assert not scene.call("GetFileUploadURL", **refused).accepted
    url = scene.call("GetFileUploadURL", **call).text("FileUploadURL") or ""
    path = url.removeprefix("http://localhost")
    assert parse_qs(urlsplit(url).query)["until"] == [str(int(scene.now) + 60)]

    def get(address: str) -> tuple[int, bytes]:
        response = scene.send(HttpRequest(method="GET", url=address))
        return response.status, response.body

    assert get(path) == (200, "é".encode())
    for wrong in (path + "0", path.replace("until=1", "until=2"), path.replace("until=", "until=x"), "/files/none"):
        assert get(wrong) == (403, b"")
    scene.now += 61
    assert get(path) == (403, b"")
    scene.endpoint.restart()
    renewed = scene.call("GetFileUploadURL", **call).text("FileUploadURL") or ""
    assert get(renewed.removeprefix("http://localhost"))[0] == 200


@given(st.lists(st.tuples(st.text("ab<&é\n", max_size=3), st.text("xy<&é \n\t", max_size=4)), max_size=5))
def test_any_form_makes_a_readable_document(fields: list[tuple[str, str]]) -> None:
    """Names come once each, and values come back."""
    root = etree.fromstring(answers_of(fields))
    found = {one[0].text or "": one[1].text or "" for one in root}
    joined: dict[str, list[str]] = {}
    for name, value in fields:
        joined.setdefault(name, []).append(value)
    assert found == {name: "|".join(values) for name, values in joined.items()}
    if fields and all(name.strip() for name, _ in fields):
        assert document_faults(answers_of(fields), expected=("QuestionFormAnswers",)) == ()


@pytest.mark.parametrize(
    ("content", "good"),
    [
        ("<!DOCTYPE html><ul><li>a<li>b</ul><br><img src=x><p>x", True),
        ("<!doctype HTML><html><body><p>a</p></body></html>", True),
        ("<p>a</p>", False),
        ("<!DOCTYPE html><b><i></b></i>", False),
        ("<!DOCTYPE html></div>", False),
    ],
)
def test_html_is_html5(content: str, good: bool) -> None:
    """A doctype, and tags that are nested but for those that may be left open."""
    question = html(content)
    assert (page_fault(etree.fromstring(question), question, "2014-08-15") is None) is good


@pytest.mark.parametrize(("version", "good"), [("2013-11-15", True), ("2014-08-15", False)])
def test_addresses_use_https_from_2014_on(documents: Any, version: str, good: bool) -> None:
    """Before, http will do."""
    question = documents.external("http://e.org/")
    assert (page_fault(etree.fromstring(question), question, version) is None) is good
