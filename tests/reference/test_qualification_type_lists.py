"""SearchQualificationTypes and GetHITsForQualificationType."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EVERY = {"MustBeRequestable": "false", "PageSize": "100"}


def found(scene: Any, **parameters: Any) -> list[str]:
    """Return the names of the types that a search of the Requester's own lists."""
    answer = scene.call("SearchQualificationTypes", **{**EVERY, "MustBeOwnedByCaller": "true", **parameters})
    assert answer.accepted, answer.summary
    return [node.text for node in answer.results[0].iterfind("QualificationType/Name")]


def required(type_id: str) -> dict[str, Any]:
    """Return the parameter of a HIT that requires a type."""
    requirement = {"QualificationTypeId": [type_id], "Comparator": ["GreaterThan"], "IntegerValue": ["18"]}
    return {"QualificationRequirement": requirement}


def hits(scene: Any, type_id: str, **parameters: Any) -> list[str]:
    """Return the ids of the HITs that require a type."""
    answer = scene.call("GetHITsForQualificationType", QualificationTypeId=type_id, **parameters)
    assert answer.accepted, answer.summary
    return [node.text for node in answer.results[0].iterfind("HIT/HITId")]


@pytest.mark.parametrize("query", ["bird", "BIRD watch", "feather", "feather bird", "  bird  "])
def test_every_word_is_in_name_or_keywords(scene: Any, query: str) -> None:
    """In whatever case; words of other types find nothing."""
    scene.type(Name="Bird watcher", Keywords="feather, wing")
    scene.type(Name="Tree lover", Keywords="leaf")
    assert found(scene, Query=query) == ["Bird watcher"]
    assert found(scene, Query=f"{query} leaf") == []


def test_names_go_down_unless_said_otherwise(scene: Any) -> None:
    """The last name comes first by default."""
    for name in ("b", "c", "a"):
        scene.type(Name=name)
    assert found(scene) == found(scene, SortDirection="Descending") == ["c", "b", "a"]
    assert found(scene, SortDirection="Ascending") == ["a", "b", "c"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(names=st.sets(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=9), size=st.integers(1, 10))
def test_pages_are_the_list(scenes: Any, names: set[str], size: int) -> None:
    """All pages one after the other are the sorted names, without a gap."""
    scene = scenes()
    for name in names:
        scene.type(Name=name)
    pages = [found(scene, PageSize=str(size), PageNumber=str(number)) for number in range(1, len(names) // size + 3)]
    assert [name for page in pages for name in page] == sorted(names, reverse=True)


def test_types_of_others_and_of_the_service_are_found_if_asked_for(scene: Any, other: Any) -> None:
    """Of the service only with MustBeRequestable=false, of others only without MustBeOwnedByCaller."""
    scene.type(by=other, Name="Worker_Other")
    assert found(scene, Query="Worker_") == []
    assert found(scene, Query="Worker_", MustBeOwnedByCaller="false", MustBeRequestable="true") == ["Worker_Other"]
    every = found(scene, Query="Worker_", MustBeOwnedByCaller="false")
    assert {"Worker_Other", "Worker_Locale", "Worker_NumberHITsApproved"} <= set(every)


def test_a_search_does_not_show_keys_of_others(scene: Any, other: Any, documents: Any) -> None:
    """Nor types that were disposed of."""
    key = documents.key(documents.keyed("q", ("a", 1)))
    test = {"Test": documents.form("q", answer=documents.choices("a")), "TestDurationInSeconds": "60"}
    scene.type(by=other, Name="keyed", AnswerKey=key, **test)
    gone = scene.type(Name="gone")
    assert scene.call("DisposeQualificationType", QualificationTypeId=gone).accepted
    answer = scene.call("SearchQualificationTypes", **EVERY)
    assert answer.results[0].find("QualificationType/Test") is not None
    assert answer.results[0].find("QualificationType/AnswerKey") is None
    assert found(scene) == []


def test_own_hits_that_require_the_type_are_listed(scene: Any, other: Any) -> None:
    """Expired ones too; those of others, and those disposed of, are not."""
    type_id = scene.type()
    first, second = (scene.hit(**required(type_id)) for _ in range(2))
    scene.hit()
    scene.hit(by=other, **required(type_id))
    scene.now += 4000
    assert hits(scene, type_id) == [first, second]
    assert hits(scene, type_id, PageSize="1", PageNumber="2") == [second]
    assert scene.call("DisposeHIT", HITId=first).accepted
    assert hits(scene, type_id) == [second]


def test_hits_for_an_unknown_type_are_refused(scene: Any) -> None:
    """A type of the service is known."""
    answer = scene.call("GetHITsForQualificationType", QualificationTypeId="X")
    assert [error.code for error in answer.errors] == ["AWS.MechanicalTurk.QualificationTypeDoesNotExist"]
    assert hits(scene, "00000000000000000071") == []
