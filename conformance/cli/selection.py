"""Choosing requirements by what they are about, and naming the nearest where a choice finds none."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.errors import UsageError, nearest
from conformance.spec.names import names
from conformance.spec.requirements import Requirement, requirements
from conformance.spec.selection import matching
from conformance.spec.versions import check_version

MOST_TOLD = 20
"""Where there are more values than these and one is near, only that one is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to choose; an empty field leaves the choice open, several values in one are alternatives."""

    articles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    version: str | None = None


def select(selection: Selection) -> list[Requirement]:
    """Return the requirements chosen, by id; raise UsageError for a value that none has, and where none is left.

    ``patterns`` are ids or globs.  Operations may be named as in 2017-01-17.  With a ``version``, only what holds in
    it, and at its level there.
    """
    version = selection.version and check_version(selection.version)
    known = requirements().values()
    articles = tuple(names().kit_operation(article) for article in selection.articles)
    levels = tuple(level.upper() for level in selection.levels)
    _check("article", articles, (requirement.article for requirement in known), also=names().newer_operations)
    _check("kind", selection.kinds, (requirement.kind for requirement in known))
    _check("level", levels, ("MUST", "SHOULD", "MAY"))
    _check("need", selection.needs, (need for requirement in known for need in requirement.needs))
    chosen = {requirement.id for pattern in selection.patterns for requirement in matching(pattern)}
    found = [
        requirement
        for requirement in known
        if (not articles or requirement.article in articles)
        and (not selection.kinds or requirement.kind in selection.kinds)
        and (not levels or (requirement.level_in(version) if version else requirement.level) in levels)
        and (not selection.needs or set(selection.needs) & set(requirement.needs))
        and (not selection.patterns or requirement.id in chosen)
        and (not version or requirement.holds_in(version))
    ]
    if not found:
        raise UsageError("no requirement is all of this at once. Leave out one of the options.")
    return sorted(found, key=lambda requirement: requirement.id)


def _check(what: str, asked: Collection[str], known: Iterable[str], *, also: Collection[str] = ()) -> None:
    """Raise UsageError for the first of ``asked`` that is not ``known``; ``also`` can be near, and is not listed."""
    existing = sorted(set(known)) if asked else []
    for name in asked:
        if name not in existing:
            close = nearest(name, (*existing, *also))
            known_too = "" if close and len(existing) > MOST_TOLD else f" Known: {', '.join(existing)}."
            raise UsageError(f"no requirement has the {what} {name!r}{close or '.'}{known_too}")
