"""Money: amounts in US dollars as they are written, counted in cents, and the fee on top of what is paid out.

Source: the article Price (a decimal number of US dollars).  The fee is not part of the API: 20 percent, a half cent
rounded up, at least one cent, as the service took it in the years of the later versions.
"""

import re
from decimal import Decimal

CURRENCY = "USD"

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_DIGITS = 18  # what every processor of xs:decimal can read
_FEE_PERCENT = 20
_LEAST_FEE = 1


def read_decimal(text: str) -> Decimal:
    """Return the number that an xs:decimal text writes; ValueError for anything else, and beyond 18 digits."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("it is not a decimal number")
    if len(text.lstrip("+-0").replace(".", "")) > _DIGITS:
        raise ValueError(f"it has more than {_DIGITS} digits")
    return Decimal(text)


def cents(amount: Decimal) -> int:
    """Return an amount of dollars in cents; ValueError if it is written with more than two decimals."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2:
        raise ValueError("it has more than two decimals")
    return int(amount * 100)


def fee(amount: int) -> int:
    """Return what the service charges, in cents, for paying out ``amount`` cents once."""
    return max(_LEAST_FEE, (amount * _FEE_PERCENT + 50) // 100)
