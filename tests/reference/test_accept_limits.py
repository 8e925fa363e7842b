from typing import Any

OLD = {"version": "2008-04-01"}


def limit(scene: Any, **parameters: Any) -> str | None:
    """Return the limit of a group, None where there is none."""
    answer = scene.call("GetWorkerAcceptLimit", wire=OLD, **parameters)
    text: str | None = answer.text("MaxWorkerAcceptLimit")
    return text


def test_the_default_limit_is_ten_until_it_is_set(scene: Any, other: Any) -> None:
    """Each Requester has a default of its own."""
    assert limit(scene, LimitGroupType="Default") == "10"
    values = {"MaxWorkerAcceptLimit": "3", "LimitGroupType": "Default"}
    assert scene.call("SetWorkerAcceptLimit", **values, wire={"version": "2007-03-12"}).accepted
    assert limit(scene, LimitGroupType="Default") == "3"
    assert limit(scene, LimitGroupType="Default", by=other) == "10"


def test_a_hit_type_has_the_limit_that_was_set(scene: Any, other: Any) -> None:
    """None that was not set, and none of another's."""
    hit_type_id = scene.call("GetHIT", HITId=scene.hit()).text("HITTypeId")
    group = {"LimitGroupType": "HITType", "LimitGroupId": hit_type_id}
    assert limit(scene, **group) is None
    assert scene.call("SetWorkerAcceptLimit", MaxWorkerAcceptLimit="2", **group, wire=OLD).accepted
    assert limit(scene, **group) == "2"
    assert limit(scene, **group, by=other) is None
    assert scene.call("SetWorkerAcceptLimit", MaxWorkerAcceptLimit="2", **group, by=other, wire=OLD).refused
    assert scene.call("GetWorkerAcceptLimit", LimitGroupType="HITType", wire=OLD).refused


def test_versions_before_and_after_do_not_have_it(scene: Any) -> None:
    for version in ("2006-10-31", "2008-08-02"):
        answer = scene.call("GetWorkerAcceptLimit", LimitGroupType="Default", wire={"version": version})
        assert not answer.accepted
