"""How replies write times, truth and money.

Source: genuine replies (times in UTC to the second, booleans 0 and 1 but for IsValid, amounts with two decimals).
"""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp


def boolean(value: bool) -> str:
    """Return ``1`` or ``0``."""
    return "1" if value else "0"


def price(cents: int) -> Values:
    """Return the value tree of a Price in US dollars."""
    dollars, rest = divmod(cents, 100)
    return {
        "Amount": [f"{dollars}.{rest:02}"],
        "CurrencyCode": ["USD"],
        "FormattedPrice": [f"${dollars:,}.{rest:02}"],
    }


def members(**texts: str | None) -> Values:
    """Return a value tree of these texts, those that are None left out."""
    return {name: [text] for name, text in texts.items() if text is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """The writers that an endpoint uses; each can be replaced on its own."""

    timestamp: Callable[[float], str] = format_timestamp
    boolean: Callable[[bool], str] = boolean
    price: Callable[[int], Values] = price
