"""How much has to be measured."""

import pytest

from conformance.record.demand import Demand


@pytest.mark.parametrize(
    ("asked", "measured", "total", "met"),
    [
        ("90%", 90, 100, True),
        ("90%", 89, 100, False),
        ("33.3%", 333, 1000, True),
        ("33.3%", 332, 1000, False),
        ("100%", 3, 3, True),
        ("0%", 0, 0, False),
        ("12", 12, 30, True),
        ("12", 11, 30, False),
        ("31", 30, 30, False),
        ("0", 0, 0, False),
    ],
)
def test_a_demand_is_met_or_not(asked: str, measured: int, total: int, met: bool) -> None:
    """Shares are exact; where there is no MUST nothing was measured."""
    demand = Demand(asked=asked, measured=measured, total=total)
    assert demand.met is met
    assert Demand.from_json(demand.to_json()) == demand


@pytest.mark.parametrize("asked", ["", "0.9", "101%", "-1", "x%", "90 %", "1e3", "९%", "99999999"])
def test_what_is_no_demand_is_refused(asked: str) -> None:
    """A share is written with its sign, so that 0.9 cannot be taken for a number of MUSTs."""
    with pytest.raises(ValueError, match="90%"):
        Demand(asked=asked)
