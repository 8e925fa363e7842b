"""HITs in 2017-01-17: what differs there from the versions before it."""

from typing import Any

import pytest

from conformance.defects.both_ways import EXPIRE, UPDATE, handling
from conformance.wire.timestamps import format_timestamp, parse_timestamp

HOUR = 3600
YEAR = 31_536_000


def shown(scene: Any, hit_id: str, name: str = "HITStatus") -> str:
    """Return a member of what GetHIT shows."""
    return scene.today("GetHIT", HITId=hit_id).text(name) or ""


def expires(scene: Any, hit_id: str) -> float:
    """Return the Expiration that GetHIT shows, in seconds since the epoch."""
    return parse_timestamp(shown(scene, hit_id, "Expiration")).timestamp()


def update(scene: Any, hit_id: str, moment: float) -> Any:
    """Tell when a HIT is to expire."""
    return scene.today(UPDATE, HITId=hit_id, ExpireAt=format_timestamp(moment))


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    return [error.code.rpartition(".")[2] for error in answer.errors]


@pytest.mark.parametrize(("more", "taken"), [(60, True), (HOUR, True), (YEAR, True), (59, False), (YEAR + 1, False)])
def test_a_hit_is_given_a_minute_to_a_year_more(scene: Any, more: int, taken: bool) -> None:
    hit_id = scene.hit()
    before = expires(scene, hit_id)
    assert update(scene, hit_id, before + more).accepted is taken
    assert expires(scene, hit_id) == (before + more if taken else before)


def test_a_life_is_not_shortened(scene: Any) -> None:
    hit_id = scene.hit(LifetimeInSeconds="7200")
    before = expires(scene, hit_id)
    assert codes(update(scene, hit_id, scene.now + 1800)) == ["InvalidParameterValue"]
    assert expires(scene, hit_id) == before


@pytest.mark.parametrize("ago", [0, HOUR, 10 * YEAR])
def test_a_moment_that_is_past_ends_it_at_once(scene: Any, ago: int) -> None:
    """Again, too, and whatever the moment."""
    hit_id = scene.hit()
    for _ in range(2):
        assert update(scene, hit_id, scene.now - ago).accepted
        assert expires(scene, hit_id) <= scene.now
        assert shown(scene, hit_id) == "Reviewable"


def test_the_same_moment_is_refused_a_second_time(scene: Any) -> None:
    """By a message that quotes the token made of the HIT and the moment; that of another HIT is another."""
    hit_id, other = scene.hit(), scene.hit()
    moment = expires(scene, hit_id) + HOUR
    assert update(scene, hit_id, moment).accepted
    again = update(scene, hit_id, moment)
    assert hit_id in again.errors[0].message
    assert "already been processed" in again.errors[0].message
    assert update(scene, other, moment).accepted


def test_what_is_over_can_be_revived(scene: Any) -> None:
    """A Reviewing HIT, too, which is none when it is over again."""
    hit_id = scene.hit()
    update(scene, hit_id, scene.now - HOUR)
    assert scene.today("SetHITAsReviewing", HITId=hit_id).accepted
    assert update(scene, hit_id, scene.now + HOUR).accepted
    assert shown(scene, hit_id) == "Assignable"
    update(scene, hit_id, scene.now - HOUR)
    assert shown(scene, hit_id) == "Reviewable"


def test_what_is_deleted_is_not_revived(scene: Any) -> None:
    hit_id = scene.hit()
    update(scene, hit_id, scene.now - HOUR)
    assert scene.today("DisposeHIT", HITId=hit_id).accepted
    assert codes(update(scene, hit_id, scene.now + HOUR)) == ["InvalidHITState"]


@pytest.mark.parametrize("count", ["0", "-1"])
def test_an_extension_adds_something(scene: Any, count: str) -> None:
    hit_id = scene.hit()
    assert not scene.today("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement=count).accepted
    assert shown(scene, hit_id, "MaxAssignments") == "1"


def test_a_question_has_65535_bytes_at_most(scene: Any) -> None:
    kind = scene.today("GetHIT", HITId=scene.hit()).text("HITTypeId")
    question = scene.today("GetHIT", HITId=scene.hit()).text("Question")
    values = {"HITTypeId": kind, "LifetimeInSeconds": "60"}
    longest, longer = (question + " " * (size - len(question.encode())) for size in (65535, 65536))
    assert scene.today("CreateHIT", Question=longest, **values).accepted
    assert codes(scene.today("CreateHIT", Question=longer, **values)) == ["InvalidParameterValue"]


def test_both_ways_to_make_a_hit_share_their_tokens(scene: Any) -> None:
    first = scene.today("GetHIT", HITId=scene.hit())
    values = {"HITTypeId": first.text("HITTypeId"), "Question": first.text("Question"), "LifetimeInSeconds": "60"}
    assert scene.today("CreateHITWithHITType", UniqueRequestToken="t", **values).accepted
    assert codes(scene.today("CreateHITWithHITType", UniqueRequestToken="t", **values)) == ["HitAlreadyExists"]


def test_a_fault_of_expiring_sits_in_the_newer_operation_where_it_expires(scene: Any) -> None:
    """What is planted in ForceExpireHIT touches no moment that is still to come."""
    handling(EXPIRE, lambda handler, context: {})(scene.endpoint)
    hit_id = scene.hit()
    before = expires(scene, hit_id)
    assert update(scene, hit_id, scene.now - HOUR).accepted
    assert expires(scene, hit_id) == before
    assert update(scene, hit_id, before + HOUR).accepted
    assert expires(scene, hit_id) == before + HOUR
