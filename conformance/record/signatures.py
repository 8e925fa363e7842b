"""How a requirement was missed, in a form that is equal for equal ways: in another run, at another time, anew."""

import re
from dataclasses import replace

from conformance.record.events import VerdictEvent
from conformance.record.settled import settled

_DIGITS = 12
_INDEX = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"(?<!HTTP )(?<![\w.])\d+(?![\w.])")  # a status tells one failure from another


def signature_of(event: VerdictEvent, run_id: str = "") -> str:
    """Return the signature of a verdict: place, expected and actual, without times, ids, long numbers and the run id.

    Where there is none of these it is the reason, as that of *error*; it is empty for what has nothing to tell.
    """
    where, expected, actual, reason = (
        settled(text, run_id) for text in (event.where, event.expected, event.actual, event.reason)
    )
    told = [f"expected {expected}"] * bool(expected) + [f"got {actual}"] * bool(actual)
    return ": ".join(filter(None, (where, "; ".join(told)))) or reason


def digest_of(event: VerdictEvent, run_id: str = "") -> str:
    """Return what pins a failure in a baseline: 12 hexadecimal digits, the same in each run with one seed.

    They are made of the signature and the root cause, but neither of the places of items in lists nor of numbers that
    came back: both depend on what earlier runs have left at the endpoint.
    """
    from hashlib import sha256  # which loads OpenSSL: 4 MB of memory for each audit, which has no baseline

    stable = replace(event, where=_INDEX.sub("", event.where), actual=_NUMBER.sub("#", settled(event.actual, run_id)))
    told = "\0".join((signature_of(stable, run_id), settled(event.reason, run_id)))
    return sha256(told.encode()).hexdigest()[:_DIGITS]
