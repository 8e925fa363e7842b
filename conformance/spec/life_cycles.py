"""The life cycles under ``cases/life_cycles``: which action is possible when, what comes of it, and what says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import tomli

from conformance.errors import KitError
from conformance.spec.data import cases_dir
from conformance.spec.requirements import requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an action does in some states: it leads to ``to``, or is refused where that is empty.

    ``costs`` names what it takes from the Requester's account, if anything.
    """

    action: str
    states: tuple[str, ...]
    to: str
    costs: str
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which HITStatus is right in a situation that one of some actions has led to, and what says so."""

    after: tuple[str, ...]
    situation: str
    status: tuple[str, ...]
    requirement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """A table; ``situations`` are names with conditions, ``beside`` names what says the rest."""

    rules: tuple[Rule, ...]
    shown: tuple[Shown, ...] = ()
    situations: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids of all requirements that the table names, each once."""
        return tuple(dict.fromkeys(one for one in self._named() if requirements()[one].level != "MAY"))

    def _named(self) -> list[str]:
        told = [one.requirement for one in self.rules] + [one.requirement for one in self.shown]
        return [*told, *self.beside.values()]

    def rules_in(self, state: str, version: str) -> list[Rule]:
        """Return the rules for a state that hold in a version."""
        return [one for one in self.rules if state in one.states and requirements()[one.requirement].holds_in(version)]

    def situation(self, facts: Mapping[str, bool]) -> str:
        """Return the first situation whose conditions the facts meet."""
        fitting = (name for name, when in self.situations.items() if when.items() <= facts.items())
        return next(fitting)

    def shown_after(self, action: str, situation: str) -> Shown | None:
        """Return what GetHIT shows after an action that led to a situation; None where nothing speaks of it."""
        return next((one for one in self.shown if action in one.after and one.situation == situation), None)


@cache
def life_cycle(name: str) -> LifeCycle:
    """Return the life cycle of that name (``hit``, ``qualification``, ``money``).

    Raises KitError where the file cannot be used: it is no such table, or names a requirement that does not exist.
    """
    path = cases_dir() / "life_cycles" / f"{name}.toml"
    try:
        cycle = _cycle(tomli.loads(path.read_text("utf-8")))
        unknown = [one for one in cycle._named() if one not in requirements()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KitError(f"cannot read {path}: {error!r}. Correct or restore the file.") from error
    if unknown:
        raise KitError(f"{path} names requirements that do not exist: {', '.join(unknown)}. Correct the file.")
    return cycle


def _cycle(content: Mapping[str, Any]) -> LifeCycle:
    return LifeCycle(
        rules=tuple(
            Rule(
                action=row["action"],
                states=tuple(row["from"]),
                to=row.get("to", ""),
                costs=row.get("costs", ""),
                requirement=row["requirement"],
            )
            for row in content["rule"]
        ),
        shown=tuple(
            Shown(
                after=tuple(row["after"]),
                situation=row["in"],
                status=tuple(row["status"]),
                requirement=row["requirement"],
            )
            for row in content.get("shown", ())
        ),
        situations={row["name"]: row["when"] for row in content.get("situation", ())},
        beside=content.get("beside", {}),
    )
