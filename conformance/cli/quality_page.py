"""The page about the quality of the kit, in Markdown."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.record.events import LEVELS
from conformance.report.markdown_text import code

_CONFIDENCES = ("documented", "observed", "inferred")
_REAL = ("confirmed", "unknown", "contradicted")


def page(quality: Mapping[str, Any]) -> str:
    """Return the page."""
    return "\n".join(_lines(quality)) + "\n"


def _lines(quality: Mapping[str, Any]) -> Iterator[str]:
    planted, alarms = quality["defects"], quality["false_alarms"]
    yield from ("# How good the kit itself is", "")
    yield (
        f"**{planted['killed']:,} of {planted['total']:,} planted defects killed, {len(alarms)} false alarms on the "
        f"endpoint without one.** This page is written by `mturk-conformance selftest --report`."
    )
    yield from _requirements(quality["requirements"])
    yield from _evidence(quality["evidence"])
    yield from _ages(quality["facts_by_year"])
    yield from _defects(planted, alarms)
    yield from _how(quality)


def _requirements(stated: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Requirements", "")
    yield (
        f"{stated['total']:,} requirements are stated; {stated['disputed']:,} of them are disputed, that is, sources "
        "differ or leave something open, and `explain` tells what. *Measured* are those that the embedded endpoint was "
        "seen to meet; *untestable* ones are stated for completeness and never judged."
    )
    rows = [
        (level, tally["total"], tally["measured"], tally["untestable"]) for level, tally in stated["levels"].items()
    ]
    yield from _table(("Level", "Stated", "Measured", "Untestable"), rows)
    missing = stated["without_defect"]
    yield ""
    yield (
        f"MUSTs and SHOULDs that no planted defect breaks: {', '.join(code(id_) for id_ in missing)}."
        if missing
        else "Every testable MUST and SHOULD is broken by at least one planted defect."
    )


def _evidence(evidence: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", "## How sure we are", "")
    yield (
        "*Documented*: a document says it. *Observed*: seen in recorded replies, or in clients that worked. "
        "*Inferred*: our conclusion, which is never a MUST. Beside that, what recorded replies of the real service "
        "say to it: a requirement is *confirmed* or *contradicted* by one, or none speaks of it (*unknown*)."
    )

    def count(**wanted: str) -> int:
        return sum(one["count"] for one in evidence if all(one[name] == value for name, value in wanted.items()))

    yield from _table(
        ("Level", *_CONFIDENCES, *_REAL),
        [
            (
                level,
                *(count(level=level, confidence=one) for one in _CONFIDENCES),
                *(count(level=level, real_service=one) for one in _REAL),
            )
            for level in LEVELS
        ],
    )


def _ages(years: Mapping[str, int]) -> Iterator[str]:
    yield from ("", "## How old the facts are", "")
    yield (
        "A requirement has no date of its own: it is as old as the newest document or reply that its source names. The "
        "API is retired, so no fact changes any more, and what was never recorded stays *unknown*."
    )
    rows = [(year or "no year named", number) for year, number in sorted(years.items(), reverse=True)]
    yield from _table(("Newest source", "Requirements"), rows)


def _defects(planted: Mapping[str, Any], alarms: list[str]) -> Iterator[str]:
    yield from ("", "## What is found", "")
    yield (
        "A defect is planted in the embedded endpoint and the kit is run. It is *killed* when everything that it "
        "breaks is reported and nothing else is; a defect that changes no reply is an error, and no kill. The families "
        "*structural* and *pardoned* are derived from the shapes, the others are written by hand."
    )
    rows = [
        (family, tally["killed"], tally["total"], f"{100 * tally['killed'] / tally['total']:.1f} %")
        for family, tally in planted["families"].items()
        if tally["total"]
    ]
    yield from _table(("Family", "Killed", "Planted", "Rate"), rows)
    for title, told in (
        ("Survivors", [one["defect"] for one in planted["survivors"]]),
        ("False alarms on the endpoint without a defect", alarms),
    ):
        yield from ("", f"{title}: {'none' if not told else ''}".rstrip() + ("." if not told else ""))
        if told:
            yield from ("", *(f"- {code(one)}" for one in told))


def _how(quality: Mapping[str, Any]) -> Iterator[str]:
    how = quality["how"]
    yield from ("", "## How it was measured", "")
    yield (
        f"`{how['command']}` of kit {quality['kit']} with Python {how['python']} on {how['made_on']}, "
        f"{how['processes']} processes, {how['seconds']:,} seconds; every defect {how['extent']}. The embedded "
        "endpoint is our own: a wrong idea that it and the checks share is not found by this; that is why the "
        "evidence stands above."
    )


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Iterator[str]:
    yield from ("", f"| {' | '.join(titles)} |", f"| --- |{' ---: |' * (len(titles) - 1)}")
    for row in rows:
        yield f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in row)} |"
