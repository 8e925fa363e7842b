"""The map of a run: operations and structures by kind of requirement, and how each field stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.record.events import Verdict
from conformance.record.summary import RequirementResult, Summary
from conformance.spec.requirements import operations, requirements

UNKNOWN = "unknown"
_GROUPS = ("Operations", "Everything else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The requirements of one kind in one article.

    ``state`` is that of the worst: ``fail``, ``error``, ``warn``, ``part`` (not all measured), ``none`` (nothing
    measured) or ``ok``.  ``text`` is what stands in the field, ``told`` the same in words.
    """

    article: str
    kind: str
    state: str
    text: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """``groups`` are titles with rows; a row is an article with a cell (or None) for each of the ``kinds``."""

    kinds: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, tuple[Cell | None, ...]], ...]], ...]


def heat_of(summary: Summary) -> Heat:
    """Return the map of the requirements that the record speaks of."""
    fields: defaultdict[tuple[str, str], list[RequirementResult]] = defaultdict(list)
    for result in summary.requirements:
        fields[result.article, kind_of(result.id)].append(result)
    kinds = tuple(sorted({kind for _, kind in fields}))
    rows: dict[str, list[tuple[str, tuple[Cell | None, ...]]]] = {title: [] for title in _GROUPS}
    for article in summary.articles:
        cells = tuple(_cell(article, kind, fields.get((article, kind), ())) for kind in kinds)
        rows[_GROUPS[article not in operations()]].append((article, cells))
    return Heat(kinds=kinds, groups=tuple((title, tuple(of)) for title, of in rows.items() if of))


def kind_of(requirement: str) -> str:
    """Return the kind of a requirement."""
    known = requirements().get(requirement)
    return known.kind if known else UNKNOWN


def _cell(article: str, kind: str, results: Iterable[RequirementResult]) -> Cell | None:
    results = list(results)
    if not results:
        return None
    total = len(results)
    counts = {verdict: sum(one.verdict is verdict for one in results) for verdict in Verdict}
    measured = sum(one.measured for one in results)
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    for verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.WARN):
        if counts[verdict]:
            state, text = verdict.value, f"{counts[verdict]}/{total}"
            break
    else:
        state = "ok" if measured == total else "part" if measured else "none"
        text = str(total) if measured == total else f"{measured}/{total}"
    return Cell(article=article, kind=kind, state=state, text=text, told=f"{article}, {kind}: {told}, of {total}")
