"""What stays of a text when one fault is seen again: all but times, ids, long numbers and the run's own names."""

import re

# What differs between two sightings of one fault: timestamps, UUIDs, ids that the service gives, long numbers.
_VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b(?=[A-Z]*\d)[A-Z0-9]{10,}\b|\bworker-\d+\b|\b\d{5,}\b"
)
# What other endpoints than the embedded one make ids of, and durations: these differ from run to run.
_OF_ONE_RUN = re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{10,}\b|\b\d+\.\d+(?= ?m?s\b)")
_MARK = r"(?:(?:[ +]|%20)[0-9a-f]{8}(?:[ +]|%20)\d+)?"
"""How a name goes on after the run id: a repetition of the case has another mark."""


def constant_part(text: str, run_id: str = "") -> str:
    """Return a text without what differs between two sightings of one fault: times, ids, long numbers, the run id."""
    return _VOLATILE.sub("…", text.replace(run_id, "…") if run_id else text)


def settled(text: str, run_id: str = "") -> str:
    """Return a text without what differs between two runs of the same seed, on one line."""
    named = re.sub(re.escape(run_id) + _MARK, "…", text) if run_id else text
    return " ".join(_OF_ONE_RUN.sub("…", _VOLATILE.sub("…", named)).split())
