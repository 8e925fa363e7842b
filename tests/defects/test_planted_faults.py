"""Every defect changes what an endpoint says, and only that endpoint."""

from collections.abc import Callable

import pytest

from conformance.defects.defect import Defect
from conformance.defects.table import defects
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.store import Store
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST, VERSIONS


def _version_of(one: Defect) -> str:
    """Return the latest version in which the defect shows."""
    shows = [
        version
        for version in VERSIONS
        if one.holds_in(version) and any(requirements()[name].holds_in(version) for name in one.breaks)
    ]
    return shows[-1]


@pytest.mark.parametrize("name", sorted(defects()))
def test_a_planted_fault_shows(name: str, differs: Callable[..., bool]) -> None:
    """On a tour of the endpoint at least one reply, or one mail, is not the faultless one."""
    one = defects()[name]
    assert differs(one.plant, _version_of(one))


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
