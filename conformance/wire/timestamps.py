"""Timestamps as the API writes them: xs:dateTime, normally UTC to the second (``2005-01-31T23:59:59Z``).

Years run from 0001 to 9999, what `datetime` holds; xs:dateTime knows more, the API has no use for them.
"""

import math
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<hour>[0-9]{2}):(?P<rest>[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<zone_hours>0[0-9]|1[0-3]|14(?=:00)):(?P<zone_minutes>[0-5][0-9]))?"
)
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def parse_timestamp(text: str) -> datetime:
    """Return the moment that an xs:dateTime names; aware if ``text`` has a zone, naive if not.

    A fraction is cut to microseconds; ``24:00:00`` is the following midnight.  Raises ValueError for anything else,
    white space around it included.  Source: XML Schema Part 2, 3.2.7.
    """
    if _USUAL.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise _refusal(text, "its form is not YYYY-MM-DDThh:mm:ssZ")
    fraction = found["fraction"] or ""
    ends_day = found["hour"] == "24"
    if ends_day and (found["rest"] != "00:00" or fraction.strip("0")):
        raise _refusal(text, "no time of day is after 24:00:00")
    try:
        moment = datetime.fromisoformat(f"{found['date']}T{'00' if ends_day else found['hour']}:{found['rest']}")
        moment += timedelta(days=ends_day, microseconds=int(fraction[:6].ljust(6, "0")))
    except (ValueError, OverflowError) as error:
        raise _refusal(text, str(error)) from None
    return moment.replace(tzinfo=_zone(found))


def is_utc_timestamp(text: str) -> bool:
    """Tell whether ``text`` is a valid xs:dateTime that ends with ``Z``; an offset, even ``+00:00``, does not."""
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return text.endswith("Z")


def format_timestamp(epoch: float) -> str:
    """Return ``YYYY-MM-DDThh:mm:ssZ`` for seconds since the epoch, the part of a second dropped.

    Raises ValueError or OverflowError for what lies outside the years 0001 to 9999.
    """
    return _written(math.floor(epoch))


@lru_cache(maxsize=4096)
def _written(epoch: int) -> str:
    return (datetime(1970, 1, 1) + timedelta(seconds=epoch)).isoformat() + "Z"


def _zone(found: re.Match[str]) -> timezone | None:
    if not found["zone"]:
        return None
    if found["zone"] == "Z":
        return UTC
    offset = timedelta(hours=int(found["zone_hours"]), minutes=int(found["zone_minutes"]))
    return timezone(-offset if found["sign"] == "-" else offset)


def _refusal(text: str, reason: str) -> ValueError:
    return ValueError(f"{text[:60]!r} is not a valid xs:dateTime: {reason}")
