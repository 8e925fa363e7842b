"""The order and the details of HITs, and prices written for people."""

from typing import Any

import pytest

from conformance.checks.finding import Outcome

SIMILAR = "NumberOfSimilarHITs"


def hit(*members: str, **texts: str) -> str:
    """Return the members of a HIT with details."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in {"HITId": "H", **texts}.items()) + "".join(members)


def missed(replies: Any, inner: str, version: str = "2014-08-15") -> set[str]:
    """Return what a reply of GetHIT misses of HITs and prices."""
    body = replies.reply("GetHIT", f"<Request><IsValid>True</IsValid></Request>{inner}", result="HIT")
    found = replies.findings(body, "GetHIT", {"HITId": ["H"]}, version=version)
    own = ("HIT.", "Price.")
    return {one.requirement for one in found if one.outcome is Outcome.MISSED and one.requirement.startswith(own)}


def test_details_in_order_are_met(replies: Any) -> None:
    """So is a HIT of which only the id was asked for."""
    assert missed(replies, hit(HITGroupId="G", Title="T")) == set()
    assert missed(replies, hit()) == set()


def test_the_order_is_that_of_the_schema(replies: Any) -> None:
    """What the version does not know has no place in it."""
    assert missed(replies, hit(Title="T", HITGroupId="G")) == {"HIT.elements.order"}


@pytest.mark.parametrize(
    ("version", "texts", "broken"),
    [
        ("2014-08-15", {}, {"HIT.HITGroupId"}),
        ("2014-08-15", {"HITGroupId": " "}, {"HIT.HITGroupId"}),
        ("2014-08-15", {"HITGroupId": "G", SIMILAR: "0"}, {f"HIT.{SIMILAR}.new"}),
        ("2011-10-01", {}, set()),
        ("2008-08-02", {SIMILAR: "1"}, set()),
        ("2008-08-02", {}, {f"HIT.{SIMILAR}.old"}),
        ("2008-08-02", {SIMILAR: "many"}, {f"HIT.{SIMILAR}.old", "HIT.MaxAssignments.int"}),
        ("2008-08-02", {SIMILAR: "1", "HITGroupId": "G"}, {"HIT.HITGroupId.old"}),
        ("2006-10-31", {}, set()),
    ],
)
def test_details_follow_the_version(replies: Any, version: str, texts: dict[str, str], broken: set[str]) -> None:
    """Group and layout came, the number of similar HITs went."""
    assert missed(replies, hit(Title="T", **texts), version) - {"HIT.elements.order"} == broken


@pytest.mark.parametrize(
    ("amount", "formatted", "good"),
    [
        ("0.05", "$0.05", True),
        ("10000", "$10,000.00", True),
        ("10000.00", "$10000.00", False),
        ("0.05", "0.05", False),
        ("0.05", "$0.50", False),
        ("0.05", "", False),
        ("much", "$1", True),
    ],
)
def test_prices_are_formatted(replies: Any, amount: str, formatted: str, good: bool) -> None:
    """The same number with a dollar sign; an Amount that is none is judged elsewhere."""
    members = f"<Amount>{amount}</Amount><CurrencyCode>USD</CurrencyCode><FormattedPrice>{formatted}</FormattedPrice>"
    found = missed(replies, hit(f"<Reward>{members}</Reward>", HITGroupId="G", Title="T"))
    assert ("Price.FormattedPrice.response" not in found) is good
