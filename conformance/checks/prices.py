"""Prices in replies: the amount once more, written for people."""

import re
from collections.abc import Iterator
from decimal import Decimal

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading

STRUCTURE = "Price"
REQUIREMENT = f"{STRUCTURE}.FormattedPrice.response"
FORMATTED = re.compile(r"\$([0-9]{1,3}(?:,[0-9]{3})*\.[0-9]{2})", re.ASCII)
AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{0,9})?", re.ASCII)


@check(REQUIREMENT)
def prices_are_formatted(reading: Reading) -> Iterator[Finding]:
    """A Price whose Amount is no number is passed over: its shape is judged elsewhere."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        amount = (visit.element.findtext("Amount") or "").strip()
        formatted = visit.element.findtext("FormattedPrice")
        if not AMOUNT.fullmatch(amount):
            continue
        found = FORMATTED.fullmatch((formatted or "").strip())
        yield decide(
            REQUIREMENT,
            found is not None and Decimal(found[1].replace(",", "")) == Decimal(amount),
            where=f"{visit.path}/FormattedPrice",
            expected=f"a dollar sign and {amount} with commas and two digits after the point, such as $10,000.00",
            actual=repr(formatted),
        )


CHECKS: tuple[Check, ...] = (prices_are_formatted,)
