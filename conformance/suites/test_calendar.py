"""Days that careless calendars get wrong: the leap day, and the last day of a year."""

from datetime import UTC, datetime

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.hits import Hits, moment, text_of
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver

HOUR, DAY = 3600, 86400
EARLY = 30
"""Seconds before midnight."""


def eves(now: float) -> list[tuple[str, float]]:
    """Return the next last day of a year, and the next day before a leap day after that, shortly before midnight."""
    year = datetime.fromtimestamp(now + 2 * EARLY, UTC).year
    leap = next(later for later in range(year + 1, year + 10) if later % 4 == 0 and (later % 100 or later % 400 == 0))
    ends = (("a new year", datetime(year + 1, 1, 1, tzinfo=UTC)), ("a leap day", datetime(leap, 2, 29, tzinfo=UTC)))
    return [(what, midnight.timestamp() - EARLY) for what, midnight in ends]


@pytest.mark.verifies("CreateHIT.LifetimeInSeconds.expiration")
def test_hits_expire_across_a_new_year_and_a_leap_day(given: Given, expect: Expect, clock: ClockDriver) -> None:
    """HITs that live for an hour and for a day and an hour, made just before midnight; read on the new day."""
    hits = Hits(given)
    for what, eve in eves(clock.now()):
        clock.advance(eve - clock.now())
        made = {lifetime: hits.new(LifetimeInSeconds=lifetime).hit_id for lifetime in (HOUR, DAY + HOUR)}
        clock.advance(2.0 * EARLY)
        for lifetime, hit_id in made.items():
            shown = hits.read(hit_id)
            created, expires = (text_of(shown, name) for name in ("CreationTime", "Expiration"))
            since, until = moment(created), moment(expires)
            expect(
                "CreateHIT.LifetimeInSeconds.expiration",
                since is not None and until is not None and abs(until - since - lifetime) <= 5,
                where=f"GetHIT of a HIT made just before {what}",
                expected=f"Expiration {lifetime} seconds after CreationTime",
                actual=f"CreationTime {created}, Expiration {expires}",
            )
