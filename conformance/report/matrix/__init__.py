"""Several records beside each other, requirement by requirement: a page, Markdown, or CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import TextIO

from conformance.errors import UsageError, nearest
from conformance.record.events import LEVELS, Level, Verdict
from conformance.record.reader import Record
from conformance.record.redaction import pseudonymise
from conformance.record.summary import Summary, summarise
from conformance.spec.requirements import requirements

# The module of each format has a function write(matrix, out).
MATRICES: Mapping[str, str] = MappingProxyType(
    {
        "html": "conformance.report.matrix.page",
        "markdown": "conformance.report.matrix.markdown",
        "csv": "conformance.report.matrix.table",
    }
)
_MET = (Verdict.PASS, Verdict.OBSERVED)
_MISSED = (Verdict.FAIL, Verdict.WARN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One record; ``about`` says what it is of, ``conclusion`` and ``measured`` what it amounts to."""

    name: str
    about: str
    conclusion: str
    measured: str
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement; ``verdicts`` are those of the columns, None where a record says nothing of it.

    ``differs`` tells whether they are unlike, ``disagrees`` whether one record saw it met and another saw it missed.
    """

    id: str
    level: Level
    text: str
    verdicts: tuple[Verdict | None, ...]

    @property
    def name(self) -> str:
        """The id without its article."""
        return self.id.partition(".")[2] or self.id

    @property
    def differs(self) -> bool:
        """Whether the records say different things."""
        return len(set(self.verdicts)) > 1

    @property
    def disagrees(self) -> bool:
        """Whether it is met by one and missed by another."""
        told = set(self.verdicts)
        return bool(told.intersection(_MET)) and bool(told.intersection(_MISSED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The columns, and the rows by article, both in order."""

    columns: tuple[Column, ...]
    articles: tuple[tuple[str, tuple[Row, ...]], ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows."""
        return tuple(row for _, rows in self.articles for row in rows)


def matrix_of(records: Sequence[Record], names: Sequence[str] = ()) -> Matrix:
    """Return the matrix of ``records``, named by ``names`` as far as these go, else by URL and versions."""
    summaries = [summarise(replace(record, exchanges={})) for record in records]
    titles = _titles(records, names)
    found = [{result.id: result for result in summary.requirements} for summary in summaries]
    articles: dict[str, list[Row]] = {}
    for id_ in sorted({id_ for results in found for id_ in results}):
        here = [results.get(id_) for results in found]
        known = requirements().get(id_)
        row = Row(
            id=id_,
            level=min((one.level for one in here if one), key=LEVELS.index),
            text=known.text if known else "",
            verdicts=tuple(one.verdict if one else None for one in here),
        )
        articles.setdefault(id_.partition(".")[0], []).append(row)
    columns = zip(titles, records, summaries, strict=True)
    return Matrix(
        columns=tuple(_column(*one) for one in columns),
        articles=tuple((article, tuple(rows)) for article, rows in articles.items()),
    )


def by_version(records: Iterable[Record]) -> list[Record]:
    """Return a record for each version of each: what was said of that version alone."""
    return [
        replace(
            record,
            header=replace(record.header, versions=(version,)),
            verdicts=tuple(event for event in record.verdicts if event.version == version),
        )
        for record in records
        for version in record.header.versions
    ]


def _titles(records: Sequence[Record], names: Sequence[str]) -> list[str]:
    """Return a name for each record, each another one."""
    titles = [*names, *(_title(record) for record in records[len(names) :])]
    seen: dict[str, int] = {}
    told = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        told.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return told


def _title(record: Record) -> str:
    header = record.header
    embedded = "reference" in header.drivers.values()
    versions = header.versions
    span = versions[0] if len(versions) == 1 else f"{len(versions)} versions"
    return f"{'embedded endpoint' if embedded else header.url}, {span}"


def _column(title: str, record: Record, summary: Summary) -> Column:
    header = record.header
    return Column(
        name=title,
        about=f"{header.url}; {', '.join(header.versions)}; {', '.join(header.bindings)}; kit {header.kit}; "
        f"run {header.run_id}",
        conclusion=summary.conclusion,
        measured=summary.musts_measured,
        counts={verdict: sum(one.verdict is verdict for one in summary.requirements) for verdict in Verdict},
    )


def render_matrix(
    name: str, records: Sequence[Record], out: TextIO, *, names: Sequence[str] = (), split: bool = False
) -> None:
    """Write the matrix of ``records`` to ``out``; ``split`` gives each version a column of its own.

    Raises UsageError for an unknown format, and where there are more names than columns.
    """
    if name not in MATRICES:
        known = ", ".join(MATRICES)
        raise UsageError(f"there is no matrix as {name!r}{nearest(name, MATRICES) or '.'} Known: {known}.")
    shown = [pseudonymise(record) for record in records]
    columns = by_version(shown) if split else shown
    if len(names) > len(columns):
        raise UsageError(f"{len(names)} names for {len(columns)} columns: give --name once for each, in their order.")
    import_module(MATRICES[name]).write(matrix_of(columns, names), out)
