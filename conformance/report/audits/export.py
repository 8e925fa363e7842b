"""Faults of captures as pytest files: each sends the captured call again, and fails while the answer is the same.

What a call needs that is not in it, such as a HIT that exists, the endpoint must have: a capture does not tell how it
came about.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from conformance import __version__
from conformance.record.audited import Audited, FaultKey, Grade, Kept
from conformance.record.capture_redaction import without_secrets
from conformance.record.events import Level, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report.audits.outcome import many
from conformance.report.audits.places import place_of
from conformance.report.export import Left, export_failing
from conformance.wire.messages import Exchange
from conformance.wire.parameters import ParametersUnreadable, read_parameters
from conformance.wire.timestamps import is_utc_timestamp, parse_timestamp

_VERDICTS: dict[Grade, Verdict] = {"fail": Verdict.FAIL, "warn": Verdict.WARN}
_LEVELS: dict[str, Level] = {"MUST": "MUST", "SHOULD": "SHOULD", "MAY": "MAY"}


def export_faults(audited: Audited, folder: Path) -> tuple[list[Path], list[Left]]:
    """Write a pytest file into ``folder`` for each fault of which an exchange was kept.

    Returns the files, and what none could be for.  Raises UsageError where the folder cannot be written.
    """
    shown = without_secrets(audited)
    kept = [(key, one) for key, one in shown.kept_in_order() if key.grade in _VERDICTS and key in shown.faults]
    exchanges = {f"{number}#1": _at_its_time(one.exchange) for number, (_, one) in enumerate(kept)}
    verdicts = tuple(_verdict(shown, key, one, f"{number}#1") for number, (key, one) in enumerate(kept))
    url = kept[0][1].exchange.request.url.partition("?")[0] if kept else ""
    return export_failing(Record(path="", header=_header(url), exchanges=exchanges, verdicts=verdicts), folder)


def lines(written: list[Path], left: list[Left], audited: Audited) -> Iterator[str]:
    """Yield what to tell the user of an export."""
    if written:
        yield f"{many(len(written), 'fault')} as pytest files, in {written[0].parent}"
    for one in left:
        yield f"no file for {one.verdict.requirement} ({one.verdict.case}): {one.why}"
    without = sum(key.grade in _VERDICTS and key not in audited.kept for key in audited.faults)
    if without:
        yield f"no file for {many(without, 'fault')} of documents, of exchanges that are too large, or beyond the first"


def _verdict(audited: Audited, key: FaultKey, kept: Kept, exchange: str) -> VerdictEvent:
    first = audited.faults[key].first[0]
    return VerdictEvent(
        requirement=key.requirement,
        case=place_of(kept.place),
        version=key.version,
        binding=key.binding,
        level=_LEVELS[key.level],
        verdict=_VERDICTS[key.grade],
        where=first.where,
        expected=audited.faults[key].expected,
        actual=first.actual,
        note=first.note,
        exchanges=(exchange,),
    )


def _at_its_time(exchange: Exchange) -> Exchange:
    """Return an exchange as sent when its Timestamp says, so that it gets a new one: in captures all are old."""
    try:
        stamped = dict(read_parameters(exchange.request)).get("Timestamp", "")
    except ParametersUnreadable:
        return exchange
    if not is_utc_timestamp(stamped):
        return exchange
    return replace(exchange, sent_at=parse_timestamp(stamped).timestamp())


def _header(url: str) -> RunHeader:
    return RunHeader(
        kit=__version__,
        run_id="",
        seed=0,
        url=url,
        profile="",
        versions=(),
        bindings=(),
        selection=(),
        started_at="",
    )
