"""``run --against``."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.defects.table import FAMILIES
from conformance.target.ledger import open_items

if TYPE_CHECKING:
    from conformance.wire.messages import HttpRequest, HttpResponse
    from tests.conftest import Answer, Kit, Outcome

DEFECTS = {one.name: one for family in FAMILIES for one in family.DEFECTS}
SELECTED = ("--select", "GetHIT.*", "--select", "GrantBonus.Reason*", "--select", "GetAccountBalance.*")


def compared(kit: Kit, first: str, second: str, *options: str) -> Outcome:
    """Compare two endpoints by a few requirements of one version."""
    version = ("--version", "2014-08-15", "--seed", "1", "--ledger", str(kit.ledger))
    return kit.call("run", first, "--against", second, *kit.driven, *version, *(options or SELECTED))


def noisy(answer: Answer) -> Answer:
    """Return a handler whose replies have a header, and an element of errors, that are others each time."""

    def handler(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        return replace(response, headers=(*response.headers, ("X-Trace", secrets.token_urlsafe(6) + "-")))

    return handler


def test_an_endpoint_does_not_diverge_from_one_that_is_alike(kit: Kit) -> None:
    """Ids, names, times and accounts are no difference; exit code 0."""
    outcome = compared(kit, kit.serve().url, kit.serve().url)
    assert (outcome.code, re.findall(r"NO DIVERGENCE  0 div", outcome.out)) == (0, ["NO DIVERGENCE  0 div"])
    assert "not comparable" not in outcome.out


def steps(outcome: Outcome) -> list[list[str]]:
    """Return the operations and acts that show each divergence."""
    return [
        re.findall(r"^     [0-9]+\. ([A-Za-z_]+)", told, re.MULTILINE)
        for told in re.split(r"^[0-9]+\. ", outcome.out, flags=re.MULTILINE)[1:]
    ]


def test_a_difference_in_a_reply_is_shown_by_the_call_alone(kit: Kit) -> None:
    """The planted one and no other: CreateHIT shows details that nobody asked for; what comes with it is told once."""
    bad = kit.serve(plant=DEFECTS["hit/details-unasked"].plant)
    outcome = compared(kit, kit.serve().url, bad.url, "--select", "GetHIT.*")
    assert outcome.code == 1
    assert "THE ENDPOINTS DIVERGE" in outcome.out
    assert {one[-1] for one in steps(outcome)} == {"CreateHIT"}
    assert steps(outcome)[0] == ["CreateHIT"]
    assert "with it element of CreateHITResponse/HIT/Title" in outcome.out
    assert "Worker" not in outcome.out


def test_a_difference_in_a_state_is_shown_by_what_leads_to_it(kit: Kit) -> None:
    """Calls and acts that are not needed are left out: three of five, or what a Worker had to do for it."""
    bad = kit.serve(plant=DEFECTS["disable-hit/expires-only"].plant)
    outcome = compared(kit, kit.serve().url, bad.url, "--select", "DisableHIT.*")
    assert outcome.code == 1
    assert ["CreateHIT", "DisableHIT", "GetAssignmentsForHIT"] in steps(outcome)
    assert "first:  AWS.MechanicalTurk.HITDoesNotExist\n   second: success" in outcome.out
    assert "3 of 5 steps show it" in outcome.out
    assert "accept_assignment(worker-" in outcome.out


def test_what_was_created_is_written_down_and_removed(kit: Kit) -> None:
    """At both endpoints, by the plays and by the trials that make a sequence small."""
    first, second = kit.serve(), kit.serve(plant=DEFECTS["hit/details-unasked"].plant)
    compared(kit, first.url, second.url, "--select", "GetHIT.*")
    entries = [json.loads(line) for line in kit.ledger.read_text("utf-8").splitlines()]
    created = {
        url: sum((one.get("endpoint"), one.get("operation")) == (url, "CreateHIT") for one in entries)
        for url in (first.url, second.url)
    }
    assert created == {served.url: served.calls("CreateHIT") for served in (first, second)}
    assert created[first.url] > 2
    assert list(open_items(kit.ledger)) == []


@pytest.mark.parametrize("options", [("--record", "x"), ("--repeat", "2"), ("--spend-cap", "5")])
def test_what_is_about_one_run_is_refused(kit: Kit, options: tuple[str, str]) -> None:
    """Before anything is sent; money that may be spent would be spent several times."""
    first, second = kit.serve(), kit.serve()
    outcome = compared(kit, first.url, second.url, *SELECTED, *options)
    assert (outcome.code, first.seen, second.seen) == (2, [], [])
    assert options[0] in outcome.err


def test_a_host_that_is_not_allowed_is_refused_before_anything_is_sent(kit: Kit) -> None:
    """Of both endpoints: exit code 4."""
    first = kit.serve()
    outcome = compared(kit, first.url, "https://mechanicalturk.amazonaws.com/")
    assert (outcome.code, first.seen) == (4, [])


def test_what_differs_by_itself_is_noise(kit: Kit) -> None:
    """A header that is another one each time is told as noise."""
    outcome = compared(kit, kit.serve(noisy(kit.endpoint())).url, kit.serve(noisy(kit.endpoint())).url)
    assert outcome.code == 0
    assert "noise: GetHIT: header of x-trace" in outcome.out
