"""Whether a Worker meets a Qualification requirement: what the Worker holds, compared with what is required.

Source: the articles QualificationRequirement and Locale.  Percentages are whole, rounded down.  Not stated, so chosen:
who does not hold a Qualification meets no comparison of its value, NotEqualTo and NotIn included, and a percentage of
nothing is that of a Worker of whom nothing bad is known.
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.reference.hit_states import in_progress
from conformance.reference.records import Assignment, Locale, QualificationRequirement
from conformance.reference.store import Store

APPROVAL_RATE_FROM = 100
"""A Worker with fewer submissions than this has an approval rate of 100 percent."""

_ORDER: dict[str, Callable[[int, int], bool]] = {
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """How many assignments a Worker has had, and how they ended."""

    accepted: int
    abandoned: int
    returned: int
    submitted: int
    approved: int
    rejected: int


def meets(store: Store, worker_id: str, requirement: QualificationRequirement, at: float) -> bool:
    """Tell whether a Worker meets a requirement at a time."""
    held = value_held(store, worker_id, requirement.qualification_type_id, at)
    comparator = requirement.comparator
    if comparator in ("Exists", "DoesNotExist"):
        return (held is not None) == (comparator == "Exists")
    if held is None:
        return False
    if isinstance(held, Locale):
        listed = any(_lies_in(held, place) for place in requirement.locales)
    else:
        listed = held in requirement.integers
    if comparator in _ORDER:
        return isinstance(held, int) and all(_ORDER[comparator](held, value) for value in requirement.integers)
    return listed == (comparator in ("EqualTo", "In"))


def value_held(store: Store, worker_id: str, type_id: str, at: float) -> int | Locale | None:
    """Return the value of a Worker's Qualification of a type, be it the service's own, or None if there is none."""
    if type_id in _SYSTEM:
        return _SYSTEM[type_id](store, worker_id, at)
    held = store.qualifications.get((type_id, worker_id))
    return held.value if held is not None and held.status == "Granted" else None


def _lies_in(place: Locale, wider: Locale) -> bool:
    return place.country == wider.country and wider.subdivision in (None, place.subdivision)


def _locale(store: Store, worker_id: str, at: float) -> Locale:
    return store.workers[worker_id].locale


def _adult(store: Store, worker_id: str, at: float) -> int:
    return int(store.workers[worker_id].adult)


def _counted(worth: Callable[[_Counts], int]) -> Callable[[Store, str, float], int]:
    return lambda store, worker_id, at: worth(_counts(store, worker_id, at))


def _counts(store: Store, worker_id: str, at: float) -> _Counts:
    states = list(_ends(store, worker_id, at))
    approved, rejected = states.count("Approved"), states.count("Rejected")
    return _Counts(
        accepted=len(states),
        abandoned=states.count("Abandoned"),
        returned=states.count("Returned"),
        submitted=states.count("Submitted") + approved + rejected,
        approved=approved,
        rejected=rejected,
    )


def _ends(store: Store, worker_id: str, at: float) -> Iterator[str]:
    for record in store.assignments_by(worker_id):
        yield "Abandoned" if _is_abandoned(record, at) else record.state


def _is_abandoned(record: Assignment, at: float) -> bool:
    return record.state == "Accepted" and not in_progress(record, at)


def _percentage(part: int, whole: int, of_nothing: int) -> int:
    return part * 100 // whole if whole else of_nothing


def _approval_rate(counts: _Counts) -> int:
    return 100 if counts.submitted < APPROVAL_RATE_FROM else _percentage(counts.approved, counts.submitted, 100)


_SYSTEM: dict[str, Callable[[Store, str, float], int | Locale]] = {
    "00000000000000000000": _counted(lambda counts: _percentage(counts.submitted, counts.accepted, 100)),
    "00000000000000000070": _counted(lambda counts: _percentage(counts.abandoned, counts.accepted, 0)),
    "000000000000000000E0": _counted(lambda counts: _percentage(counts.returned, counts.accepted, 0)),
    "000000000000000000S0": _counted(lambda counts: _percentage(counts.rejected, counts.submitted, 0)),
    "000000000000000000L0": _counted(_approval_rate),
    "00000000000000000040": _counted(lambda counts: counts.approved),
    "00000000000000000060": _adult,
    "00000000000000000071": _locale,
}
"""Id of a type of the service → what a Worker's value of it is."""
