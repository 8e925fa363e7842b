"""A defect changes the endpoint that it is planted in, and no other; that it shows there is what `selftest` proves."""

from collections.abc import Callable

from conformance.defects.table import defects
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.store import Store
from conformance.spec.versions import LATEST


def test_a_faultless_endpoint_does_not_differ(differs: Callable[..., bool]) -> None:
    """The tour gives equal bytes when nothing is planted, so a difference is the defect's."""
    assert not differs(lambda endpoint: None, LATEST)


def test_planting_leaves_other_endpoints_alone(differs: Callable[..., bool]) -> None:
    """All defects planted elsewhere, a fresh endpoint is as it was."""
    handlers = dict(HANDLERS)
    for one in defects().values():
        one.plant(Endpoint(Store.new(requesters=())))
    assert handlers == HANDLERS
    assert not differs(lambda endpoint: None, LATEST)
