"""Which requirements a run is about: ids, globs, and ``kind:``, ``level:``, ``needs:`` and ``article:`` terms."""

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from conformance.errors import UsageError, nearest
from conformance.spec.names import names
from conformance.spec.requirements import Requirement, requirements, requirements_of

FIELDS: dict[str, Callable[[Requirement], Iterable[str]]] = {
    "kind": lambda requirement: (requirement.kind,),
    "level": lambda requirement: (requirement.level,),
    "article": lambda requirement: {requirement.article, names().newer_operation(requirement.article)},
    "needs": lambda requirement: requirement.needs,
}

_GLOB = re.compile(r"[*?\[]")


def select(terms: Iterable[str]) -> frozenset[str]:
    """Return the ids that any of ``terms`` selects; all of them where there is no term.

    Raises UsageError for a term that selects nothing: a run that measures nothing by a slip must not pass.
    """
    terms = tuple(terms)
    if not terms:
        return frozenset(requirements())
    return frozenset().union(*(_selected(term) for term in terms))


def matching(pattern: str) -> list[Requirement]:
    """Return the requirements whose id is, or matches, ``pattern``; raise UsageError with the nearest id if none.

    Where none has that id, an operation may be named as in 2017-01-17.
    """
    known = _where_to_look(names().kit_id(pattern))
    found = [known[id_] for id_ in sorted(known) if _is(pattern, id_)]
    if not found:
        found = [known[id_] for id_ in sorted(known) if _is(pattern, names().newer_id(id_))]
    if not found:
        close = nearest(pattern, {name for id_ in requirements() for name in (id_, names().newer_id(id_))}) or "."
        raise UsageError(f"there is no requirement {pattern!r}{close} `mturk-conformance list` shows all.")
    return found


def _is(pattern: str, id_: str) -> bool:
    return id_ == pattern or fnmatchcase(id_, pattern)


def _where_to_look(pattern: str) -> Mapping[str, Requirement]:
    """Return the requirements among which a pattern can match: those of one article where it names one."""
    article, dot, _ = pattern.partition(".")
    if dot and not _GLOB.search(article):
        return requirements_of(article)
    return requirements()


def _selected(term: str) -> frozenset[str]:
    field, colon, value = term.partition(":")
    if not colon:
        return frozenset(requirement.id for requirement in matching(term))
    if field not in FIELDS:
        known = ", ".join(f"{name}:…" for name in FIELDS)
        raise UsageError(f"cannot select by {term!r}{nearest(field, FIELDS) or '.'} Known: {known}.")
    found = [name for name, requirement in requirements().items() if value in FIELDS[field](requirement)]
    if not found:
        values = sorted({one for requirement in requirements().values() for one in FIELDS[field](requirement)})
        raise UsageError(f"nothing is selected by {term!r}{nearest(value, values) or '.'} Known: {', '.join(values)}.")
    return frozenset(found)
