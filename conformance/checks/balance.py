"""What a reply of GetAccountBalance says of the money."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.lists import has_data
from conformance.checks.reading import Reading

OPERATION = "GetAccountBalance"


def _amount(price: etree._Element) -> Decimal | None:
    try:
        return Decimal((price.findtext("Amount") or "").strip())
    except InvalidOperation:
        return None


@check(f"{OPERATION}.AvailableBalance", f"{OPERATION}.OnHoldBalance")
def the_balance_is_a_price(reading: Reading) -> Iterator[Finding]:
    """What is available is a number of US dollars, and told for people; nothing is on hold."""
    if reading.operation != OPERATION or reading.answer is None or not has_data(reading):
        return
    result = reading.answer.results[0]
    found = result.findall("AvailableBalance")
    texts = [
        (price.findtext("Amount"), price.findtext("CurrencyCode"), price.findtext("FormattedPrice")) for price in found
    ]
    good = len(found) == 1 and _amount(found[0]) is not None and (texts[0][1] or "").strip() == "USD"
    yield decide(
        f"{OPERATION}.AvailableBalance",
        good and bool((texts[0][2] or "").strip()),
        where=f"/{OPERATION}Response/{OPERATION}Result/AvailableBalance",
        expected="one, with a number as Amount, the CurrencyCode USD and a FormattedPrice",
        actual=repr(texts),
    )
    held = [_amount(price) for price in result.findall("OnHoldBalance")]
    yield decide(
        f"{OPERATION}.OnHoldBalance",
        all(amount == 0 for amount in held),
        where=f"/{OPERATION}Response/{OPERATION}Result/OnHoldBalance",
        expected="none, or one with the Amount 0",
        actual=repr(list(map(str, held))),
    )


CHECKS: tuple[Check, ...] = (the_balance_is_a_price,)
