"""Where something was seen, in the short form that the filters of the page read."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.record.events import Verdict
from conformance.record.reader import Record

LETTERS = dict(zip(Verdict, "fewbnop", strict=True))
"""A letter for each verdict; the order is that of `Verdict`, the worst first."""
_WORST = {verdict: place for place, verdict in enumerate(Verdict)}
Sighting = tuple[str, str, Verdict]
"""Version, binding, verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The versions and bindings that a record speaks of."""

    versions: tuple[str, ...]
    bindings: tuple[str, ...]

    @classmethod
    def of(cls, record: Record) -> "Axes":
        """Return those of the header and of all verdicts, in alphabetical order."""
        versions = {*record.header.versions, *(event.version for event in record.verdicts)} - {""}
        bindings = {*record.header.bindings, *(event.binding for event in record.verdicts)} - {""}
        return cls(versions=tuple(sorted(versions)), bindings=tuple(sorted(bindings)))

    def seen(self, sightings: Iterable[Sighting]) -> str:
        """Return ``<letter><version>.<binding>`` for each version and binding with its worst verdict, by number.

        What has no version, or no binding, has no number there.
        """
        worst: dict[tuple[str, str], Verdict] = {}
        for version, binding, verdict in sightings:
            known = worst.setdefault((version, binding), verdict)
            if _WORST[verdict] < _WORST[known]:
                worst[version, binding] = verdict
        return " ".join(
            f"{LETTERS[verdict]}{_number(self.versions, version)}.{_number(self.bindings, binding)}"
            for (version, binding), verdict in sorted(worst.items())
        )


def _number(names: tuple[str, ...], name: str) -> str:
    return str(names.index(name)) if name in names else ""
