"""Faults grouped for people: by requirement, and below it by what was expected and found, wherever in messages."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.record.audited import Sighting
from conformance.report.audits.outcome import ToldFault, many
from conformance.report.audits.places import place_of

ELSEWHERE_SHOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of missing a requirement: the same expected and found, in one or in several places of messages."""

    faults: tuple[ToldFault, ...]

    @property
    def count(self) -> int:
        """How often it was seen."""
        return sum(one.fault.count for one in self.faults)

    @property
    def first(self) -> Sighting:
        """Where it was seen first."""
        return self.faults[0].fault.first[0]

    @property
    def elsewhere(self) -> str:
        """Where else in messages it was found; empty where nowhere."""
        others = [one.fault.first[0] for one in self.faults[1:]]
        told = [f"{one.where} ({place_of(one.place)})" for one in others[:ELSEWHERE_SHOWN]]
        if len(others) > ELSEWHERE_SHOWN:
            told.append(f"and {many(len(others) - ELSEWHERE_SHOWN, 'more place')} in messages")
        return "; ".join(told)


def by_requirement(faults: Iterable[ToldFault]) -> list[tuple[Way, ...]]:
    """Return the ways of missing each requirement, or of what was observed of it, in the order of the faults."""
    groups: dict[tuple[str, str], dict[tuple[str, str], list[ToldFault]]] = {}
    for one in faults:
        key = one.key
        groups.setdefault((key.grade, key.requirement), {}).setdefault((key.expected, key.actual), []).append(one)
    return [tuple(Way(faults=tuple(way)) for way in group.values()) for group in groups.values()]
