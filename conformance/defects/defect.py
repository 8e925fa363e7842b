"""A defect: what it breaks, what else it may show, and how it is planted."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from conformance.reference.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted fault.

    ``breaks`` are the requirements that must be reported (a MUST as fail, a SHOULD as warn); ``also`` are ids or
    globs that may be reported too, for the reason in ``because``; nothing else may.  ``versions`` limits a defect
    that shows in some versions only.
    """

    name: str
    breaks: frozenset[str]
    plant: Callable[[Endpoint], None]
    also: frozenset[str] = frozenset()
    because: str = ""
    versions: frozenset[str] | None = None

    def may_show(self, requirement: str) -> bool:
        """Tell whether a report of ``requirement`` is a consequence of this defect."""
        return requirement in self.breaks or any(fnmatchcase(requirement, pattern) for pattern in self.also)

    def holds_in(self, version: str) -> bool:
        """Tell whether the defect shows in ``version``."""
        return self.versions is None or version in self.versions


def defect(
    name: str,
    plant: Callable[[Endpoint], None],
    *breaks: str,
    also: tuple[str, ...] = (),
    because: str = "",
    versions: tuple[str, ...] | None = None,
) -> Defect:
    """Return a defect; what may show beside its ``breaks`` needs a reason."""
    if also and not because:
        raise ValueError(f"the defect {name} names consequences without a reason: say why in because")
    return Defect(
        name=name,
        breaks=frozenset(breaks),
        plant=plant,
        also=frozenset(also),
        because=because,
        versions=frozenset(versions) if versions else None,
    )
