"""ActionsGuarded of a Qualification requirement: which Workers it keeps from which actions, from 2017-01-17 on."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.eligibility import accepts, create, hit, hit_of, requires, sees
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import holder
from conformance.suites.rows import Row
from conformance.target.requester import Reply

NAME = "QualificationRequirement.ActionsGuarded"
ACTIONS = {"Accept": True, "PreviewAndAccept": False, "DiscoverPreviewAndAccept": False}
"""The values, and whether who does not meet the requirement is shown the HIT."""


def told(reply: Reply) -> list[str]:
    """Return the ActionsGuarded of each requirement of the HIT in a reply."""
    return [(one.findtext("ActionsGuarded") or "").strip() for one in reply.all("QualificationRequirement")]


def in_words(can_do: tuple[bool, bool]) -> str:
    """Return in words what a Worker can do."""
    return f"the HIT is {'' if can_do[0] else 'not '}shown and can{'' if can_do[1] else 'not'} be accepted"


def judge_worker(
    given: Given, expect: Expect, requirement: str, worker: str, hit_id: str, *, wanted: tuple[bool, bool], who: str
) -> None:
    """See that a Worker is shown a HIT and can accept it as wanted, by trying both."""
    shown = given.settled(lambda: sees(given, worker, hit_id), wanted[0].__eq__)
    found = shown, accepts(given, worker, hit_id)
    expect(requirement, found == wanted, where=who, expected=in_words(wanted), actual=in_words(found))


def actions(_: str) -> Iterator[Row]:
    """Yield the values of ActionsGuarded."""
    for action, shown in ACTIONS.items():
        yield Row(id=action, verifies=(f"{NAME}.{action}", f"{NAME}.met"), value=shown)


@pytest.mark.each(rows=actions)
def test_who_does_not_meet_it_is_kept_out(row: Row, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    hit_id = hit(given, requires(type_id, "Exists", ActionsGuarded=row.id), MaxAssignments=2)
    stranger, fits = given.workers.new_worker(), holder(given, type_id)
    who = f"a Worker without the Qualification, ActionsGuarded={row.id}"
    judge_worker(given, expect, f"{NAME}.{row.id}", stranger, hit_id, wanted=(row.value, False), who=who)
    who = f"a Worker who holds the Qualification, ActionsGuarded={row.id}"
    judge_worker(given, expect, f"{NAME}.met", fits, hit_id, wanted=(True, True), who=who)


@pytest.mark.verifies(f"{NAME}.several")
def test_all_that_guard_an_action_have_to_be_met(given: Given, expect: Expect) -> None:
    first, second = given.qualification_type(), given.qualification_type()
    guards = (
        requires(first, "Exists", ActionsGuarded="PreviewAndAccept"),
        requires(second, "Exists", ActionsGuarded="Accept"),
    )
    hit_id = hit(given, *guards, MaxAssignments=3)
    both = holder(given, second, worker_id=holder(given, first))
    for worker, wanted, who in (
        (holder(given, first), (True, False), "a Worker who holds what is needed to preview"),
        (holder(given, second), (False, False), "a Worker who holds what is needed to accept alone"),
        (both, (True, True), "a Worker who holds both"),
    ):
        judge_worker(given, expect, f"{NAME}.several", worker, hit_id, wanted=wanted, who=who)


@pytest.mark.verifies(f"{NAME}.roundtrip", f"{NAME}.values")
def test_the_actions_are_told_as_they_were_sent(given: Given, expect: Expect) -> None:
    for action in ACTIONS:
        created = create(given, requires(given.qualification_type(), "Exists", ActionsGuarded=action))
        expect(
            f"{NAME}.values",
            created.accepted,
            where=f"CreateHIT, ActionsGuarded={action}",
            expected="success",
            actual=created.summary,
        )
        if not created.accepted:
            continue
        shown = given.requester.must("GetHIT", {"HITId": hit_of(created)})
        for reply in (created, shown):
            expect(
                f"{NAME}.roundtrip",
                told(reply) == [action],
                where=f"{reply.operation}, HIT/QualificationRequirement/ActionsGuarded",
                expected=f"{action}, as it was sent",
                actual=", ".join(told(reply)) or "no requirement",
            )


@pytest.mark.verifies(f"{NAME}.default", f"{NAME}.with-required-to-preview")
def test_actions_and_the_older_member(given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    sent: dict[str, Any]
    for sent in ({}, {"RequiredToPreview": "true"}):
        shown = given.requester.must("GetHIT", {"HITId": hit(given, requires(type_id, "Exists", **sent))})
        expect.see(f"{NAME}.default", where=f"a requirement with {sent or 'neither'}", actual=repr(told(shown)))
    for action in ACTIONS:
        both = {"RequiredToPreview": "true", "ActionsGuarded": action}
        reply = create(given, requires(type_id, "Exists", **both))
        expect.see(f"{NAME}.with-required-to-preview", where=str(both), actual=reply.summary)
