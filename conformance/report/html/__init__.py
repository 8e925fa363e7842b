"""The report for people as one page: it needs no network, and no script to be read.

Everything is HTML from the start: a script could make details on demand out of a block of data, but then nobody could
read the page without it, nor print or search it whole, and what an endpoint sent would be data in a script.  It stays
small by other means: one entry a fault and one row a requirement (not a verdict), each exchange once, and full entries
only where the rest leaves room (`room`); browsers lay out no more than what is looked at (``content-visibility``).

What an endpoint sent is hostile.  Every expression of the template is made visible and escaped on its way out, and the
page's own policy (CSP) lets run and load nothing but the two texts of this package, by their hashes.
"""

from typing import TextIO

from markupsafe import Markup

from conformance.record import gate
from conformance.record.events import LEVELS
from conformance.record.reader import Record
from conformance.record.summary import summarise
from conformance.report.html.findings import Shown, findings_of
from conformance.report.html.heat import heat_of
from conformance.report.html.overview import overview_of
from conformance.report.html.pages import FOLDER, page_environment, policy
from conformance.report.html.requirement_rows import articles_of
from conformance.report.html.room import Room, size
from conformance.report.html.seen import LETTERS, Axes

MOST_BYTES = 4_900_000
"""What a page may take; entries for which it has no room are told in brief, and nothing is left out."""


def write(record: Record, out: TextIO) -> None:
    """Write the page to ``out``; the same record gives the same bytes."""
    summary, axes = summarise(record), Axes.of(record)
    environment = page_environment()
    style, script = (Markup((FOLDER / name).read_text("utf-8")) for name in ("report.css", "report.js"))
    entry = getattr(environment.get_template("entry.html.jinja").module, "entry")  # noqa: B009
    sections = findings_of(record, summary, axes)

    def page(room: Room) -> str:
        def entries(shown: Shown) -> Markup:
            return room.filled(lambda brief: Markup(entry(shown, brief)))

        return environment.get_template("report.html.jinja").render(
            policy=policy(style, script),
            style=style,
            script=script,
            overview=overview_of(record, summary),
            axes=axes,
            heat=heat_of(summary),
            sections=sections,
            gate=gate.lines(record),
            entries=entries,
            room=room,
            articles=articles_of(record, summary, axes, sections),
            letters=[(letter, verdict.value) for verdict, letter in LETTERS.items()],
            levels=[(level, level) for level in LEVELS],
            run_id=record.header.run_id,
            summary=summary,
            slowest=_slowest(record),
        )

    in_brief = page(Room())
    out.write(page(Room(left=MOST_BYTES - size(in_brief))) if sections else in_brief)


_SLOWEST = 10


def _slowest(record: Record) -> list[tuple[str, str, str, float]]:
    """Return the slowest cases as case, version, binding and seconds."""
    times: dict[tuple[str, str, str], float] = {}
    for event in record.verdicts:
        key = (event.case, event.version, event.binding)
        times[key] = max(times.get(key, 0.0), event.elapsed)
    ordered = sorted(times.items(), key=lambda item: (-item[1], item[0]))
    return [(*key, seconds) for key, seconds in ordered[:_SLOWEST] if seconds > 0]
