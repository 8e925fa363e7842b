"""``replay``: run again the cases behind the findings of a record, and tell what has changed."""

from collections.abc import Iterable
from pathlib import Path

import click

from conformance.cli.run import conduct
from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.settings import Settings
from conformance.record.events import RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record, read_record
from conformance.record.summary import summarise

_REPLAYED = (Verdict.FAIL, Verdict.WARN, Verdict.ERROR)


def chosen(record: Record, requirements: tuple[str, ...]) -> list[VerdictEvent]:
    """Return the verdicts to see again: all findings, or all that is said of ``requirements``."""
    known = {event.requirement for event in record.verdicts}
    for name in requirements:
        if name not in known:
            raise UsageError(f"the record {record.path} says nothing of {name!r}{nearest(name, known) or '.'}")
    found = [
        event
        for event in record.verdicts
        if event.case and (event.requirement in requirements if requirements else event.verdict in _REPLAYED)
    ]
    if not found:
        raise UsageError(f"the record {record.path} has no finding to replay; name a requirement to run it again.")
    return found


def settings_for(header: RunHeader, events: Iterable[VerdictEvent], record: Path | None) -> Settings:
    """Return settings that run the cases of ``events`` as the recorded run did: same target, seed and versions."""
    events = list(events)
    embedded = "reference" in header.drivers.values()
    return Settings(
        profile=None if header.profile == "default" else header.profile,
        overrides={
            "versions": sorted({event.version for event in events}),
            "plays": header.plays,
            **({} if embedded else {"url": header.url}),
            **{
                f"{name}_driver" if name != "restart" else "restart_hook": kind for name, kind in header.drivers.items()
            },
        },
        cases=tuple(dict.fromkeys(event.case for event in events)),
        seed=header.seed,
        record=record,
    )


@click.command("replay")
@click.argument("record", type=click.Path(path_type=Path))
@click.argument("requirements", nargs=-1, metavar="[REQUIREMENT]...")
@click.option("--record", "new_record", type=click.Path(path_type=Path), help="Where to write the new record.")
def command(*, record: Path, requirements: tuple[str, ...], new_record: Path | None) -> int:
    """Run again the cases behind the findings of RECORD, or behind REQUIREMENTs, against the same endpoint.

    Exit code 0: no finding is left; 1: at least one still is there.
    """
    old = read_record(record)
    events = chosen(old, requirements)
    code, path = conduct(settings_for(old.header, events, new_record))
    new = read_record(path)
    now = {result.id: result.verdict for result in summarise(new).requirements}
    before = {result.id: result.verdict for result in summarise(old).requirements}
    for name in dict.fromkeys(event.requirement for event in events):
        click.echo(f"{_change(before[name], now.get(name)):12}{name}: {before[name]}, now {now.get(name, 'not run')}")
    return code


def _change(before: Verdict, now: Verdict | None) -> str:
    if now is None or not now.measured:
        return "NOT SEEN"
    if now in _REPLAYED:
        return "STILL THERE" if before in _REPLAYED else "NEW"
    return "FIXED" if before in _REPLAYED else "UNCHANGED"
