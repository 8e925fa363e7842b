"""ChangeHITTypeOfHIT: what a HIT takes on with another type, and what it keeps."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.assignments import REWARD, Employer, number
from conformance.suites.life_cycle import Shown, show
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.requester import Requester

CHANGE = "ChangeHITTypeOfHIT"
DEARER = Decimal("0.07")
GROUPS = ("Minimal", "HITDetail", "HITQuestion")
OWN = ("HITId", "Question", "RequesterAnnotation", "MaxAssignments", "Expiration")


def register(given: Given, what: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Register a HIT type and return its id and its properties."""
    values = {
        "Title": given.name(f"{what} title"),
        "Description": f"{what} description",
        "Keywords": f"{what}, conformance",
        "Reward": REWARD,
        "AssignmentDurationInSeconds": 1200 if what == "new" else 600,
        **changes,
    }
    reply = given.requester.must("RegisterHITType", values)
    return (reply.text("HITTypeId") or "").strip(), values


def differences(shown: Shown, wanted: dict[str, Any]) -> list[str]:
    """Return what GetHIT shows otherwise than wanted."""
    return [f"{name} {shown[name]!r}" for name, value in wanted.items() if shown[name] != str(value)]


@pytest.mark.verifies(f"{CHANGE}.effect", f"{CHANGE}.hit-props-kept", f"{CHANGE}.same-type")
def test_takes_on_the_properties_of_the_type(requester: Requester, given: Given, expect: Expect) -> None:
    old, _ = register(given, "old")
    new, values = register(given, "new")
    hit_id = Employer(given).hit(HITTypeId=old, MaxAssignments=2, RequesterAnnotation=given.name("annotation"))
    before = show(requester, hit_id, *GROUPS)
    reply = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": new})
    after = given.settled(lambda: show(requester, hit_id, *GROUPS), lambda shown: shown["HITTypeId"] == new)
    names = ("Title", "Description", "Keywords", "AssignmentDurationInSeconds")
    wrong = differences(after, {"HITTypeId": new, **{name: values[name] for name in names}})
    expect(
        f"{CHANGE}.effect",
        reply.accepted and not wrong,
        where="GetHIT",
        expected="the HITTypeId and the properties of the new type",
        actual=f"{reply.summary}; {', '.join(wrong)}",
    )
    changed = differences(after, {name: before[name] for name in OWN})
    expect(
        f"{CHANGE}.hit-props-kept",
        not changed,
        where="GetHIT",
        expected=f"{', '.join(OWN)} as before",
        actual=", ".join(changed),
    )
    again = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": after["HITTypeId"]})
    changed = differences(show(requester, hit_id, *GROUPS), after.texts)
    expect(
        f"{CHANGE}.same-type",
        again.accepted and not changed,
        where=f"{CHANGE} to the HIT's own type",
        expected="success, and all as before",
        actual=f"{again.summary}; {', '.join(changed) or 'nothing changed'}",
    )


@pytest.mark.verifies(f"{CHANGE}.HITTypeId.unknown")
def test_keeps_the_type_for_one_unknown(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    before = show(requester, hit_id)["HITTypeId"]
    reply = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": unknown_identifier(given.name("unknown"))})
    after = show(requester, hit_id)["HITTypeId"]
    expect(
        f"{CHANGE}.HITTypeId.unknown",
        is_refusal(reply) and before == after,
        where="HITTypeId",
        expected="an error with a code, and the HIT keeps its type",
        actual=f"{reply.summary}; {'another' if before != after else 'the same'} HITTypeId",
    )
    if reply.refused:
        expect.code(f"{CHANGE}.HITTypeId.unknown", reply.codes)


def with_another_reward(given: Given) -> str:
    """Register a HIT type that pays more than those of the cases do, and return its id."""
    return register(given, "new", Reward={**REWARD, "Amount": str(DEARER)})[0]


@pytest.mark.verifies(f"{CHANGE}.reward.14", f"{CHANGE}.reward")
def test_takes_on_another_reward(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    reply = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": with_another_reward(given)})
    shown = given.settled(lambda: show(requester, hit_id), lambda shown: number(shown["Reward"]) == DEARER)
    for topic in ("reward.14", "reward"):
        expect(
            f"{CHANGE}.{topic}",
            reply.accepted and number(shown["Reward"]) == DEARER,
            where="GetHIT/Reward",
            expected=f"success, and a Reward of {DEARER}",
            actual=f"{reply.summary}; {shown['Reward']}",
        )


@pytest.mark.verifies(f"{CHANGE}.reward.pre12")
def test_tells_what_becomes_of_the_reward(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    reply = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": with_another_reward(given)})
    reward = show(requester, hit_id)["Reward"]
    expect.see(f"{CHANGE}.reward.pre12", where="before a Worker accepts", actual=f"{reply.summary}; Reward {reward}")
    if "worker:accept" not in given.workers.capabilities:
        return
    accepted = Employer(given).hit()
    given.workers.accept_assignment(given.workers.new_worker(), accepted)
    reply = requester.call(CHANGE, {"HITId": accepted, "HITTypeId": with_another_reward(given)})
    reward = show(requester, accepted)["Reward"]
    expect.see(
        f"{CHANGE}.reward.pre12", where="after a Worker has accepted", actual=f"{reply.summary}; Reward {reward}"
    )


@pytest.mark.verifies(f"{CHANGE}.accepted")
def test_tells_what_becomes_of_an_accepted_hit(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    given.workers.accept_assignment(given.workers.new_worker(), hit_id)
    reply = requester.call(CHANGE, {"HITId": hit_id, "HITTypeId": register(given, "new")[0]})
    expect.see(f"{CHANGE}.accepted", where="a HIT that a Worker has accepted", actual=reply.summary)
