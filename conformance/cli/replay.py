"""``replay``: run again the cases behind the findings of a record, and tell what has changed."""

from collections.abc import Iterable
from pathlib import Path

import click

from conformance.cli.run import conduct
from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.settings import Settings
from conformance.record.events import RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record, read_record
from conformance.record.summary import summarise
from conformance.spec.requirements import requirements
from conformance.target.profile_keys import EMBEDDED

_REPLAYED = (Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
STILL_THERE, NEW, NOT_SEEN = "STILL THERE", "NEW", "NOT SEEN"


def chosen(record: Record, names: tuple[str, ...]) -> list[VerdictEvent]:
    """Return the verdicts to see again: all findings, or all that is said of the requirements ``names``."""
    known = {event.requirement for event in record.verdicts}
    for name in names:
        if name not in known:
            raise UsageError(f"the record {record.path} says nothing of {name!r}{nearest(name, known) or '.'}")
    found = [
        event
        for event in record.verdicts
        if event.case and (event.requirement in names if names else event.verdict in _REPLAYED)
    ]
    if not found:
        raise UsageError(f"the record {record.path} has no finding to replay; name a requirement to run it again.")
    return found


def settings_for(
    header: RunHeader, events: Iterable[VerdictEvent], *, profile: str | None = None, record: Path | None = None
) -> Settings:
    """Return settings that run the cases of ``events`` as the recorded run did, in their versions and bindings."""
    events = list(events)
    drivers = {f"{name}_driver" if name != "restart" else "restart_hook": kind for name, kind in header.drivers.items()}
    url = EMBEDDED if "reference" in drivers.values() else header.url
    versions = sorted({event.version for event in events})
    bindings = sorted({event.binding for event in events} - {"json"}) or ["query"]  # JSON comes with its version
    return Settings(
        profile=profile or (None if header.profile == "default" else header.profile),
        overrides={"url": url, "versions": versions, "bindings": bindings, "plays": header.plays, **drivers},
        selection=tuple(dict.fromkeys(event.requirement for event in events if event.requirement in requirements())),
        cases=tuple(dict.fromkeys(event.case for event in events)),
        seed=header.seed,
        budget=Budget(examples=header.max_examples),
        record=record,
        replays=True,
    )


@click.command("replay")
@click.argument("record", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[REQUIREMENT]...")
@click.option("--record", "new_record", type=click.Path(path_type=Path), help="Where to write the new record.")
@click.option(
    "--profile", metavar="NAME|FILE", help="The profile of the endpoint, where the recorded one is not found."
)
def command(*, record: Path, names: tuple[str, ...], new_record: Path | None, profile: str | None) -> int:
    """Run again the cases behind the findings of RECORD, or behind REQUIREMENTs, against the same endpoint.

    Exit code 0: no finding is left; 1: at least one still is there; 5: one of them could not be measured.
    """
    old = read_record(record)
    events = chosen(old, names)
    code, path = conduct(settings_for(old.header, events, profile=profile, record=new_record))
    now = {result.id: result.verdict for result in summarise(read_record(path)).requirements}
    before = {result.id: result.verdict for result in summarise(old).requirements}
    changes = []
    for name in dict.fromkeys(event.requirement for event in events):
        changes.append(_change(before[name], now.get(name)))
        click.echo(f"{changes[-1]:12}{name}: {before[name]}, now {now.get(name, 'not run')}")
    return _exit_code(changes, code)


def _exit_code(changes: list[str], code: int) -> int:
    """Return the exit code of the replay; that of its run counts only where it did not come to its end."""
    if code not in (0, 1, 5):
        return code
    if STILL_THERE in changes or NEW in changes:
        return 1
    return 5 if NOT_SEEN in changes else 0


def _change(before: Verdict, now: Verdict | None) -> str:
    if now is None or not now.measured:
        return NOT_SEEN
    if now in _REPLAYED:
        return STILL_THERE if before in _REPLAYED else NEW
    return "FIXED" if before in _REPLAYED else "UNCHANGED"
