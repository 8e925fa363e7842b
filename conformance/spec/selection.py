"""Which requirements a run is about: ids, globs, and ``kind:``, ``level:``, ``needs:`` and ``article:`` terms."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from conformance.errors import UsageError, nearest
from conformance.spec.requirements import Requirement, requirements

FIELDS: dict[str, Callable[[Requirement], Iterable[str]]] = {
    "kind": lambda requirement: (requirement.kind,),
    "level": lambda requirement: (requirement.level,),
    "article": lambda requirement: (requirement.article,),
    "needs": lambda requirement: requirement.needs,
}


def select(terms: Iterable[str]) -> frozenset[str]:
    """Return the ids that any of ``terms`` selects; all of them where there is no term.

    Raises UsageError for a term that selects nothing: a run that measures nothing by a slip must not pass.
    """
    terms = tuple(terms)
    if not terms:
        return frozenset(requirements())
    return frozenset().union(*(_selected(term) for term in terms))


def _selected(term: str) -> frozenset[str]:
    field, colon, value = term.partition(":")
    if colon:
        if field not in FIELDS:
            raise UsageError(
                f"cannot select by {term!r}: known are {', '.join(f'{name}:…' for name in FIELDS)}"
                f"{nearest(field, FIELDS)}"
            )
        found = [name for name, requirement in requirements().items() if value in FIELDS[field](requirement)]
    else:
        found = [name for name in requirements() if fnmatchcase(name, term)]
    if not found:
        raise UsageError(
            f"nothing is selected by {term!r}{nearest(value if colon else term, _known(field if colon else ''))}; "
            "see `mturk-conformance list` for the ids"
        )
    return frozenset(found)


def _known(field: str) -> frozenset[str]:
    if field:
        return frozenset(value for requirement in requirements().values() for value in FIELDS[field](requirement))
    return frozenset(requirements())
