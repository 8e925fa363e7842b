from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.wire.timestamps import parse_timestamp

PREFIX = "AWS.MechanicalTurk."
DAY = 24 * 60 * 60.0
STATE = "InvalidHITState"
ON_A_HIT = ("ExtendHIT", "ForceExpireHIT", "SetHITAsReviewing", "DisposeHIT", "DisableHIT", "ChangeHITTypeOfHIT")


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    assert {error.place for error in answer.errors} <= {"Request"}
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def shown(scene: Any, hit_id: str, name: str = "HITStatus") -> str:
    """Return a member of what GetHIT shows."""
    groups = ["Minimal", "HITDetail", "HITAssignmentSummary"]
    answer = scene.call("GetHIT", HITId=hit_id, ResponseGroup=groups)
    assert answer.accepted, answer.summary
    return answer.text(f"HIT/{name}") or answer.text(name) or ""


def expired(scene: Any, **parameters: Any) -> str:
    """Return a HIT that was expired by force."""
    hit_id: str = scene.hit(**parameters)
    assert scene.call("ForceExpireHIT", HITId=hit_id).accepted
    return hit_id


def reviewing(scene: Any) -> str:
    """Return a Reviewing HIT."""
    hit_id = expired(scene)
    assert scene.call("SetHITAsReviewing", HITId=hit_id).accepted
    return hit_id


def expiration(scene: Any, hit_id: str) -> float:
    """Return the Expiration that GetHIT shows, in seconds since the epoch."""
    return parse_timestamp(shown(scene, hit_id, "Expiration")).timestamp()


def test_another_requester_finds_none_of_the_hits(scene: Any, other: Any) -> None:
    """Every operation answers as for a HIT that does not exist, and changes nothing."""
    hit_id = expired(scene)
    kind = scene.call("RegisterHITType", by=other, **{**type_values(), "Title": "of the other"}).text("HITTypeId")
    before = scene.endpoint.store.hits[hit_id]
    for operation in ON_A_HIT:
        more = {"HITTypeId": kind} if operation == "ChangeHITTypeOfHIT" else {}
        assert codes(scene.call(operation, by=other, HITId=hit_id, **more)) == ["HITDoesNotExist"]
        assert codes(scene.call(operation, HITId="none", **more)) == ["HITDoesNotExist"]
    assert scene.endpoint.store.hits[hit_id] == before


def type_values() -> dict[str, Any]:
    """Return the properties of a HIT type of one dollar."""
    return {
        "Title": "another title",
        "Description": "another description",
        "Keywords": "a, b",
        "Reward": {"Amount": ["1.00"], "CurrencyCode": ["USD"]},
        "AssignmentDurationInSeconds": "1200",
    }


# ExtendHIT


@given(
    lifetime=st.integers(min_value=30, max_value=31536000),
    passed=st.integers(min_value=0, max_value=60 * 24 * 60 * 60),
    more=st.integers(min_value=3600, max_value=31536000),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_time_is_added_to_what_is_left(scenes: Any, lifetime: int, passed: int, more: int) -> None:
    """The new Expiration counts from the old one or, if that is over, from now."""
    scene = scenes()
    created = int(scene.now)
    hit_id = scene.hit(LifetimeInSeconds=str(lifetime))
    scene.now += passed
    assert scene.call("ExtendHIT", HITId=hit_id, ExpirationIncrementInSeconds=str(more)).accepted
    assert expiration(scene, hit_id) == created + max(lifetime, passed) + more
    assert shown(scene, hit_id) == "Assignable"


def test_assignments_are_added(scene: Any) -> None:
    """A HIT whose assignments are used up gets one more, and time besides where both are asked for."""
    hit_id = scene.hit()
    scene.submission(hit_id)
    assert shown(scene, hit_id) == "Reviewable"
    before = expiration(scene, hit_id)
    both = {"MaxAssignmentsIncrement": "1", "ExpirationIncrementInSeconds": "3600"}
    assert scene.call("ExtendHIT", HITId=hit_id, **both).accepted
    assert (shown(scene, hit_id), shown(scene, hit_id, "MaxAssignments")) == ("Assignable", "2")
    assert shown(scene, hit_id, "NumberOfAssignmentsAvailable") == "1"
    assert expiration(scene, hit_id) == before + 3600
    scene.submission(hit_id)


def test_what_revives_a_reviewing_hit_ends_the_review(scene: Any) -> None:
    """Assignments alone leave an expired HIT as it is; time makes it Assignable, later Reviewable again."""
    hit_id = reviewing(scene)
    assert scene.call("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement="1").accepted
    assert shown(scene, hit_id) == "Reviewing"
    assert scene.call("ExtendHIT", HITId=hit_id, ExpirationIncrementInSeconds="3600").accepted
    assert shown(scene, hit_id) == "Assignable"
    scene.now += 3600
    assert shown(scene, hit_id) == "Reviewable"


def test_nothing_is_extended_by_a_call_without_increments(scene: Any) -> None:
    """It is accepted and changes nothing."""
    hit_id = scene.hit()
    before = scene.endpoint.store.hits[hit_id]
    assert scene.call("ExtendHIT", HITId=hit_id).accepted
    assert scene.endpoint.store.hits[hit_id] == before


@pytest.mark.parametrize("count", [9, 10])
def test_few_assignments_stay_few(scene: Any, count: int) -> None:
    """From 2014-08-15 on nine do not become ten; older versions know no such limit."""
    hit_id = scene.hit(MaxAssignments=str(count))
    answer = scene.call("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement="1")
    assert codes(answer) == (["InvalidMaximumAssignmentsIncrease"] if count == 9 else [])
    older = {"wire": {"version": "2013-11-15"}}
    assert scene.call("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement="1", **older).accepted


def test_assignments_have_to_be_paid_for(scene: Any) -> None:
    """The balance has to cover what is added, with the fee."""
    poor = scene.open_account("2.40")
    hit_id = scene.hit(by=poor)
    answer = scene.call("ExtendHIT", by=poor, HITId=hit_id, MaxAssignmentsIncrement="3")
    assert codes(answer) == ["InsufficientFunds"]
    assert scene.call("ExtendHIT", by=poor, HITId=hit_id, MaxAssignmentsIncrement="2").accepted


def test_a_token_extends_once_a_day(scene: Any) -> None:
    """The message of the refusal quotes the token and the first call; a refused call uses none."""
    hit_id = scene.hit(LifetimeInSeconds=str(3 * 86400))
    call = {"HITId": hit_id, "ExpirationIncrementInSeconds": "3600", "UniqueRequestToken": "once"}
    assert not scene.call("ExtendHIT", **{**call, "HITId": "none"}).accepted
    first = scene.call("ExtendHIT", **call)
    before = expiration(scene, hit_id)
    again = scene.call("ExtendHIT", **call)
    assert codes(again) == ["DuplicateRequest"]
    assert "already been processed" in again.errors[0].message
    assert "once" in again.errors[0].message
    assert (first.request_id or "?") in again.errors[0].message
    assert expiration(scene, hit_id) == before
    scene.now += DAY
    assert scene.call("ExtendHIT", **call).accepted
    assert expiration(scene, hit_id) == before + 3600


# ForceExpireHIT


def test_an_expired_hit_cannot_be_accepted(scene: Any) -> None:
    """It is Reviewable now, and expiring it again is refused."""
    hit_id = expired(scene)
    assert expiration(scene, hit_id) == int(scene.now)
    assert shown(scene, hit_id) == "Reviewable"
    assert scene.refused_to_accept(scene.worker(), hit_id)
    assert codes(scene.call("ForceExpireHIT", HITId=hit_id)) == [STATE]


def test_who_has_accepted_can_still_submit(scene: Any) -> None:
    """Until then the HIT is Unassignable."""
    hit_id, worker = scene.hit(MaxAssignments="2"), scene.worker()
    assignment = scene.accept(worker, hit_id)
    assert scene.call("ForceExpireHIT", HITId=hit_id).accepted
    assert shown(scene, hit_id) == "Unassignable"
    assert scene.call("ForceExpireHIT", HITId=hit_id).accepted
    assert scene.submit(worker, assignment)[0] == 201
    assert shown(scene, hit_id) == "Reviewable"


# SetHITAsReviewing


def test_a_review_begins_and_is_taken_back(scene: Any) -> None:
    """Only what is Reviewable becomes Reviewing, and only that comes back."""
    hit_id = scene.hit()
    for revert in ("false", "true"):
        assert codes(scene.call("SetHITAsReviewing", HITId=hit_id, Revert=revert)) == [STATE]
    hit_id = expired(scene)
    assert codes(scene.call("SetHITAsReviewing", HITId=hit_id, Revert="true")) == [STATE]
    assert scene.call("SetHITAsReviewing", HITId=hit_id).accepted
    assert shown(scene, hit_id) == "Reviewing"
    assert codes(scene.call("SetHITAsReviewing", HITId=hit_id, Revert="false")) == [STATE]
    assert scene.call("SetHITAsReviewing", HITId=hit_id, Revert="true").accepted
    assert shown(scene, hit_id) == "Reviewable"


# DisposeHIT and DisableHIT


def test_only_what_is_over_and_decided_is_disposed_of(scene: Any) -> None:
    """Neither a HIT that can be worked on nor one with a submission that waits; the Message names the states."""
    hit_id = scene.hit()
    refused = scene.call("DisposeHIT", HITId=hit_id)
    assert codes(refused) == [STATE]
    assert "Reviewable, Reviewing" in refused.errors[0].message
    assignment, _ = scene.submission(hit_id)
    assert codes(scene.call("DisposeHIT", HITId=hit_id)) == [STATE]
    assert scene.call("RejectAssignment", AssignmentId=assignment).accepted
    assert scene.call("DisposeHIT", HITId=hit_id).accepted
    assert scene.call("DisposeHIT", HITId=reviewing(scene)).accepted


@pytest.mark.parametrize("end", ["DisposeHIT", "DisableHIT"])
def test_what_is_disposed_of_stays_so(scene: Any, end: str) -> None:
    """GetHIT still shows it; its results are gone, and nothing can be done with it."""
    hit_id = expired(scene) if end == "DisposeHIT" else scene.hit()
    kind = scene.endpoint.store.hits[hit_id].hit_type_id
    assert scene.call(end, HITId=hit_id).accepted
    for operation in ON_A_HIT:
        more = {"HITTypeId": kind} if operation == "ChangeHITTypeOfHIT" else {}
        assert codes(scene.call(operation, HITId=hit_id, **more)) == [STATE]
    assert shown(scene, hit_id) == "Disposed"
    assert shown(scene, hit_id, "NumberOfAssignmentsAvailable") == "0"
    assert codes(scene.call("GetAssignmentsForHIT", HITId=hit_id)) == ["HITDoesNotExist"]
    assert scene.refused_to_accept(scene.worker(), hit_id)


def test_disabling_approves_what_is_submitted_or_will_be(scene: Any) -> None:
    """Submissions that wait are paid at once, later ones when they come; rejected ones are not paid."""
    hit_id, late = scene.hit(MaxAssignments="4"), scene.worker()
    scene.submission(hit_id)
    rejected, _ = scene.submission(hit_id)
    assert scene.call("RejectAssignment", AssignmentId=rejected).accepted
    accepted = scene.accept(late, hit_id)
    before = scene.balance()
    assert scene.call("DisableHIT", HITId=hit_id).accepted
    assert scene.balance() == before - Decimal("1.20")
    assert scene.submit(late, accepted)[0] == 201
    assert scene.balance() == before - Decimal("2.40")


def test_disabling_has_to_be_paid_for(scene: Any) -> None:
    """What the balance does not cover is neither approved nor disposed of."""
    poor = scene.open_account("2.40")
    hit_id = scene.hit(by=poor, MaxAssignments="2")
    scene.submission(hit_id)
    paid, worker, _ = scene.approved(by=poor)
    assert scene.bonus(paid, worker, "0.10", by=poor).accepted
    assert codes(scene.call("DisableHIT", by=poor, HITId=hit_id)) == ["InsufficientFunds"]
    assert scene.endpoint.store.hits[hit_id].disposed_at is None


@pytest.mark.parametrize("make", [expired, reviewing])
def test_what_is_over_is_not_disabled(scene: Any, make: Any) -> None:
    """It is to be reviewed and disposed of."""
    assert codes(scene.call("DisableHIT", HITId=make(scene))) == [STATE]


@pytest.mark.parametrize("decided", [True, False])
def test_a_hit_left_alone_is_disposed_of(scene: Any, decided: bool) -> None:
    """120 days after the last decision, or never while the account cannot pay for what waits."""
    poor = scene.open_account("1.20")
    hit_id = scene.hit(by=poor, AutoApprovalDelayInSeconds=str(2592000))
    assignment, _ = scene.submission(hit_id)
    if not decided:
        dear, _ = scene.submission(scene.hit(by=poor))
        assert scene.call("ApproveAssignment", by=poor, AssignmentId=dear).accepted
    scene.now += 10 * DAY
    if decided:
        assert scene.call("ApproveAssignment", by=poor, AssignmentId=assignment).accepted

    def status() -> str:
        return scene.call("GetHIT", by=poor, HITId=hit_id).text("HITStatus") or ""

    scene.now += 120 * DAY - 1
    assert status() == "Reviewable"
    scene.now += 1
    assert status() == ("Disposed" if decided else "Reviewable")


def test_a_hit_that_nobody_accepted_is_kept_after_its_expiration(scene: Any) -> None:
    """120 days, be it Reviewing or not."""
    hit_id = reviewing(scene)
    scene.now += 120 * DAY - 1
    assert shown(scene, hit_id) == "Reviewing"
    scene.now += 1
    assert shown(scene, hit_id) == "Disposed"


# ChangeHITTypeOfHIT


def test_a_hit_takes_on_another_type(scene: Any) -> None:
    """The properties of the type change, those of the HIT itself stay."""
    hit_id = scene.hit(RequesterAnnotation="mine")
    kind = scene.call("RegisterHITType", **type_values()).text("HITTypeId") or ""
    own = ("MaxAssignments", "Expiration", "RequesterAnnotation", "CreationTime")
    before = [shown(scene, hit_id, name) for name in own]
    assert scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=kind).accepted
    assert shown(scene, hit_id, "HITTypeId") == kind
    assert shown(scene, hit_id, "Title") == "another title"
    assert shown(scene, hit_id, "AssignmentDurationInSeconds") == "1200"
    assert [shown(scene, hit_id, name) for name in own] == before
    assert scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=kind).accepted


def test_a_type_of_another_is_none(scene: Any, other: Any) -> None:
    """The HIT keeps its type."""
    hit_id = scene.hit()
    before = shown(scene, hit_id, "HITTypeId")
    theirs = scene.call("RegisterHITType", by=other, **type_values()).text("HITTypeId") or ""
    for kind in (theirs, "none"):
        assert codes(scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=kind)) == ["InvalidParameterValue"]
    assert shown(scene, hit_id, "HITTypeId") == before


def test_the_reward_stays_once_a_worker_has_accepted(scene: Any) -> None:
    """Before that it changes with the type, and everything else changes at any time."""
    hit_id = scene.hit()
    values = {**type_values(), "Reward": {"Amount": ["2.00"], "CurrencyCode": ["USD"]}}
    dear = scene.call("RegisterHITType", **values).text("HITTypeId") or ""
    cheap = scene.call("RegisterHITType", **type_values()).text("HITTypeId") or ""
    assert scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=dear).accepted
    assert shown(scene, hit_id, "Reward/Amount") == "2.00"
    assert scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=cheap).accepted
    scene.accept(scene.worker(), hit_id)
    assert codes(scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=dear)) == [STATE]
    assert scene.call("ChangeHITTypeOfHIT", HITId=hit_id, HITTypeId=cheap).accepted


def test_a_snapshot_keeps_where_hits_stand(scene: Any) -> None:
    """A restart brings back Reviewing and disposed HITs."""
    review, gone = reviewing(scene), expired(scene)
    assert scene.call("DisposeHIT", HITId=gone).accepted
    scene.endpoint.restart()
    assert (shown(scene, review), shown(scene, gone)) == ("Reviewing", "Disposed")
