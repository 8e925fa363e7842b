"""Faults in what a HIT counts and costs: the numbers of its assignments, and the texts of its prices."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_views import AVAILABLE, COMPLETED, CREATE, PENDING, showing
from conformance.defects.planting import Plant, text
from conformance.reference.context import Context
from conformance.reference.endpoint import Endpoint
from conformance.reference.formats import price
from conformance.reference.records import HIT
from conformance.wire.flattening import Values


def pricing(change: Callable[[Values], Values]) -> Plant:
    """Let ``change`` alter every Price that replies hold."""

    def plant(endpoint: Endpoint) -> None:
        endpoint.formats = replace(endpoint.formats, price=lambda cents: change(price(cents)))

    return plant


def _counted(record: HIT, context: Context, *states: str) -> int:
    return sum(one.state in states for one in context.store.assignments_of(record.hit_id))


def _one_at_first(shown: str, record: HIT, context: Context) -> str:
    """Count one of a HIT that nobody has accepted yet."""
    return shown if any(True for _ in context.store.assignments_of(record.hit_id)) else "1"


_COUNTERS = (
    defect(
        "counter/returned-not-available",
        showing(AVAILABLE, lambda shown, hit, context: str(int(shown) - _counted(hit, context, "Returned"))),
        "HIT.counter.Available",
    ),
    *(
        defect(f"counter/one-{what}-at-first", showing(name, _one_at_first), f"{CREATE}.initial-counters")
        for what, name in (("pending", PENDING), ("available", AVAILABLE), ("completed", COMPLETED))
    ),
    defect(
        "counter/returned-still-pending",
        showing(PENDING, lambda shown, hit, context: str(int(shown) + _counted(hit, context, "Returned"))),
        "HIT.counter.Pending",
    ),
    defect(
        "counter/submitted-is-pending",
        showing(PENDING, lambda shown, hit, context: str(int(shown) + _counted(hit, context, "Submitted"))),
        "HIT.counter.Pending",
    ),
    defect(
        "counter/submitted-is-completed",
        showing(COMPLETED, lambda shown, hit, context: str(int(shown) + _counted(hit, context, "Submitted"))),
        "HIT.counter.Completed",
    ),
    defect(
        "counter/rejected-not-completed",
        showing(COMPLETED, lambda shown, hit, context: str(_counted(hit, context, "Approved"))),
        "HIT.counter.Completed",
    ),
    defect(
        "counter/available-for-ever",
        showing(AVAILABLE, lambda shown, hit, context: str(hit.max_assignments)),
        "HIT.counter.end",
    ),
)

_PRICES = (
    defect(
        "price/without-commas",
        pricing(lambda values: {**values, "FormattedPrice": [text(values, "FormattedPrice").replace(",", "")]}),
        "Price.FormattedPrice.response",
    ),
    defect(
        "price/without-dollar",
        pricing(lambda values: {**values, "FormattedPrice": [text(values, "FormattedPrice").lstrip("$")]}),
        "Price.FormattedPrice.response",
        "HIT.Reward.shape",
        "HIT.Reward.two-decimals",
        also=("BonusPayment.BonusAmount",),
        because="FormattedPrice is read wherever there is a Price",
    ),
    defect(
        "price/without-zeros",
        pricing(lambda values: {**values, "Amount": [text(values, "Amount").removesuffix(".00")]}),
        "HIT.Reward.two-decimals",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_COUNTERS, *_PRICES)
