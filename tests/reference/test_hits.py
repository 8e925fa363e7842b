from typing import Any

import pytest

from conformance.spec.versions import VERSIONS
from conformance.wire.timestamps import format_timestamp

PREFIX = "AWS.MechanicalTurk."
COUNTERS = ("NumberOfAssignmentsPending", "NumberOfAssignmentsAvailable", "NumberOfAssignmentsCompleted")
GROUPS = ["Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"]
TOKEN = {"UniqueRequestToken": "token"}


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    assert {error.place for error in answer.errors} <= {"Request"}
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def members(answer: Any) -> list[str]:
    """Return the names of a HIT's members."""
    return [node.tag for node in answer.results[0] if node.tag != "Request"]


def standing(scene: Any, hit_id: str) -> tuple[str, ...]:
    """Return the status and the three counters of a HIT."""
    answer = scene.call("GetHIT", HITId=hit_id, ResponseGroup=GROUPS)
    return tuple(answer.text(name) for name in ("HITStatus", *COUNTERS))


def test_creation_answers_with_ids_alone(scene: Any, documents: Any) -> None:
    """Equal calls make two HITs of one type; a type registered before is used."""
    answers = [scene.call("CreateHIT", **documents.hit_parameters()) for _ in range(2)]
    assert [members(answer) for answer in answers] == [["HITId", "HITTypeId"]] * 2
    assert answers[0].text("HITId") != answers[1].text("HITId")
    assert answers[0].text("HITTypeId") == answers[1].text("HITTypeId")


def test_a_named_type_goes_before_properties(scene: Any, documents: Any) -> None:
    """With HITTypeId the properties mean nothing."""
    hit_id = scene.hit(Title="first")
    type_id = scene.call("GetHIT", HITId=hit_id).text("HITTypeId")
    second = scene.hit(HITTypeId=type_id, Title="second", Reward={"Amount": ["9"], "CurrencyCode": ["USD"]})
    answer = scene.call("GetHIT", HITId=second)
    assert (answer.text("Title"), answer.text("Reward/Amount")) == ("first", "1.00")
    answer = scene.call("CreateHIT", HITTypeId=type_id, LifetimeInSeconds="30", Question=documents.form("q"))
    assert answer.accepted


def test_a_hit_is_read_with_its_members(scene: Any, documents: Any) -> None:
    """Details, question and, if asked for, counters, each as it was given."""
    question = documents.form("q")
    hit_id = scene.hit(Title="é <&>", RequesterAnnotation="mine", Keywords="a, b", MaxAssignments="2")
    answer = scene.call("GetHIT", HITId=hit_id, ResponseGroup=GROUPS)
    found = {node.tag: node.text for node in answer.results[0] if not len(node)}
    type_id = found.pop("HITTypeId")
    assert found.pop("HITGroupId") not in (None, type_id)
    assert found == {
        "HITId": hit_id,
        "CreationTime": format_timestamp(scene.now),
        "Title": "é <&>",
        "Description": "description",
        "Question": question,
        "Keywords": "a, b",
        "HITStatus": "Assignable",
        "MaxAssignments": "2",
        "AutoApprovalDelayInSeconds": "2592000",
        "Expiration": format_timestamp(scene.now + 3600),
        "AssignmentDurationInSeconds": "600",
        "RequesterAnnotation": "mine",
        "HITReviewStatus": "NotReviewed",
        "NumberOfAssignmentsPending": "0",
        "NumberOfAssignmentsAvailable": "2",
        "NumberOfAssignmentsCompleted": "0",
    }
    assert [node.text for node in answer.results[0].find("Reward")] == ["1.00", "USD", "$1.00"]


def test_response_groups_choose_the_members(scene: Any) -> None:
    """Counters come only when asked for; a group alone brings nothing else; unknown groups are refused."""
    hit_id = scene.hit()
    default = members(scene.call("GetHIT", HITId=hit_id))
    assert {"HITId", "Title", "Question"} <= set(default)
    assert not set(COUNTERS) & set(default)
    for group, expected in {
        "Minimal": ["HITId", "HITTypeId"],
        "HITQuestion": ["Question"],
        "HITAssignmentSummary": list(COUNTERS),
        "Request": [],
    }.items():
        assert members(scene.call("GetHIT", HITId=hit_id, ResponseGroup=group)) == expected
    detail = members(scene.call("GetHIT", HITId=hit_id, ResponseGroup=["Minimal", "HITDetail"]))
    assert set(detail) == set(default) - {"Question"}
    for operation, group in (("GetHIT", "Foo"), ("GetHIT", "AssignmentFeedback"), ("GetAccountBalance", "HITDetail")):
        assert codes(scene.call(operation, HITId=hit_id, ResponseGroup=group)) == ["AWS.InvalidEnumeratedParameter"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_has_its_own_members(scene: Any, version: str) -> None:
    """Groups came when the count of similar HITs went; of 2011-10-01 no schema is known, and it has both."""
    hits = [scene.hit() for _ in range(3)]
    answer = scene.call("GetHIT", HITId=hits[0], wire={"version": version})
    assert answer.text("NumberOfSimilarHITs") == ("2" if version < "2012-03-25" else None)
    assert (answer.text("HITGroupId") is None) is (version < "2011-10-01")


def test_requirements_come_back_as_they_were_given(scene: Any) -> None:
    """Values by kind; whether the preview is open is told as 0 or 1."""
    type_id = scene.type()
    given = [
        {"QualificationTypeId": [type_id], "Comparator": ["In"], "IntegerValue": ["1", "2"]},
        {
            "QualificationTypeId": ["00000000000000000071"],
            "Comparator": ["EqualTo"],
            "LocaleValue": [{"Country": ["US"], "Subdivision": ["NY"]}],
            "RequiredToPreview": ["true"],
        },
    ]
    answer = scene.call("GetHIT", HITId=scene.hit(QualificationRequirement=given))
    shown = {
        row.findtext("Comparator"): [(node.tag, node.text) for node in row.iter() if node.text]
        for row in answer.results[0].findall("QualificationRequirement")
    }
    assert shown["In"][2:] == [("IntegerValue", "1"), ("IntegerValue", "2"), ("RequiredToPreview", "0")]
    assert shown["EqualTo"][2:] == [("Country", "US"), ("Subdivision", "NY"), ("RequiredToPreview", "1")]


@pytest.mark.parametrize(
    ("question", "version", "code"),
    [
        ("who what?", "2014-08-15", PREFIX + "XMLParseError"),
        ("", "2014-08-15", PREFIX + "XMLParseError"),
        ("<Other/>", "2014-08-15", PREFIX + "XMLParseError"),
        ("<QuestionForm/>", "2014-08-15", PREFIX + "XMLParseError"),
        ("<ExternalQuestion/>", "2014-08-15", PREFIX + "XMLParseError"),
        (None, "2014-08-15", PREFIX + "InvalidParameterValue"),
        (None, "2008-08-02", PREFIX + "InvalidParameterValue"),
        ("external", "2006-10-31", None),
        ("html", "2014-08-15", None),
        ("html", "2011-10-01", PREFIX + "XMLParseError"),
    ],
)
def test_questions_are_judged(scene: Any, documents: Any, question: str | None, version: str, code: str | None) -> None:
    """Three kinds, each in its namespace; HTMLQuestion from 2012-03-25 on."""
    family = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
    kinds = {
        "external": documents.external(),
        "html": f'<HTMLQuestion xmlns="{family}/2011-11-11/HTMLQuestion.xsd"><HTMLContent>&lt;!DOCTYPE html&gt;'
        "</HTMLContent><FrameHeight>1</FrameHeight></HTMLQuestion>",
    }
    parameters = documents.hit_parameters()
    del parameters["Question"]
    if question is not None:
        parameters["Question"] = kinds.get(question, question)
    answer = scene.call("CreateHIT", **parameters, wire={"version": version})
    assert [error.code for error in answer.errors] == ([code] if code else [])
    assert bool(scene.endpoint.store.hits) is (code is None)


def test_layouts_are_unknown(scene: Any, documents: Any) -> None:
    """None can be made here; beside a Question none may be named at all."""
    parameters = documents.hit_parameters()
    assert codes(scene.call("CreateHIT", **parameters, HITLayoutId="L")) == ["InvalidParameterValue"]
    del parameters["Question"]
    assert codes(scene.call("CreateHIT", **parameters, HITLayoutId="L")) == ["HITLayoutDoesNotExist"]


@pytest.mark.parametrize("name", ["Title", "Description", "Reward", "AssignmentDurationInSeconds", "LifetimeInSeconds"])
def test_a_hit_without_type_needs_its_properties(scene: Any, documents: Any, name: str) -> None:
    """Each one is missed."""
    parameters = documents.hit_parameters()
    del parameters[name]
    answer = scene.call("CreateHIT", **parameters)
    assert codes(answer) == ["AWS.MissingParameters"]
    assert answer.errors[0].data == (("ParameterName", name),)


def test_a_hit_that_the_account_cannot_pay_is_refused(scene: Any, documents: Any) -> None:
    """The balance has to cover all assignments with their fees; nothing is reserved."""
    account = scene.open_account("2.40")
    parameters = {**documents.hit_parameters(), "MaxAssignments": "3"}
    assert codes(scene.call("CreateHIT", by=account, **parameters)) == ["InsufficientFunds"]
    assert scene.endpoint.store.hits == scene.endpoint.store.hit_types == {}
    assert scene.call("CreateHIT", by=account, **{**parameters, "MaxAssignments": "2"}).accepted
    assert str(scene.balance(account)) == "2.40"


def test_a_token_makes_one_hit_a_day(scene: Any, other: Any, documents: Any) -> None:
    """The second call names the HIT of the first; another Requester, another token or another day makes a HIT."""
    parameters = documents.hit_parameters()
    assert scene.call("CreateHIT", **{**parameters, **TOKEN, "Question": "x"}).refused
    hit_id = scene.hit(**TOKEN)
    scene.now += 86_399
    answer = scene.call("CreateHIT", **{**parameters, **TOKEN, "Title": "another"})
    assert codes(answer) == ["HitAlreadyExists"]
    assert hit_id in answer.errors[0].message
    assert scene.hit(by=other, **TOKEN)
    assert scene.hit(UniqueRequestToken="another")
    assert scene.call("CreateHIT", **parameters, **TOKEN, wire={"version": "2008-08-02"}).accepted
    scene.now += 1
    assert scene.hit(**TOKEN) != hit_id


def test_only_the_owner_reads_a_hit(scene: Any, other: Any) -> None:
    """For everyone else there is none."""
    hit_id = scene.hit()
    for answer in (scene.call("GetHIT", by=other, HITId=hit_id), scene.call("GetHIT", HITId="ZZZ")):
        assert codes(answer) == ["HITDoesNotExist"]


def test_counters_follow_the_assignments(scene: Any) -> None:
    """Accepting, submitting and deciding move the counters; abandonment gives an assignment back."""
    hit_id = scene.hit(MaxAssignments="3")
    workers = [scene.worker() for _ in range(3)]
    assert standing(scene, hit_id) == ("Assignable", "0", "3", "0")
    held = [scene.accept(worker, hit_id) for worker in workers[:2]]
    assert standing(scene, hit_id) == ("Assignable", "2", "1", "0")
    scene.submit(workers[0], held[0])
    assert standing(scene, hit_id) == ("Assignable", "1", "1", "0")
    scene.call("ApproveAssignment", AssignmentId=held[0])
    assert standing(scene, hit_id) == ("Assignable", "1", "1", "1")
    scene.accept(workers[2], hit_id)
    assert standing(scene, hit_id) == ("Unassignable", "2", "0", "1")
    scene.now += 600
    assert standing(scene, hit_id) == ("Assignable", "0", "2", "1")


def test_a_hit_becomes_reviewable(scene: Any) -> None:
    """When all was handed in, or it expired and nobody is at it."""
    done, idle, busy = scene.hit(), scene.hit(LifetimeInSeconds="30"), scene.hit(LifetimeInSeconds="30")
    assignment, _ = scene.submission(done)
    worker = scene.worker()
    held = scene.accept(worker, busy)
    assert standing(scene, done) == ("Reviewable", "0", "0", "0")
    scene.call("ApproveAssignment", AssignmentId=assignment)
    assert standing(scene, done) == ("Reviewable", "0", "0", "1")
    scene.now += 30
    assert standing(scene, idle) == ("Reviewable", "0", "0", "0")
    assert standing(scene, busy) == ("Unassignable", "1", "0", "0")
    assert scene.submit(worker, held)[0] == 201
    assert standing(scene, busy) == ("Reviewable", "0", "0", "0")
