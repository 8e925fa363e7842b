"""Reading the record of a run, whole or cut short."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from conformance.errors import UsageError
from conformance.record.clock import Clock, clock_of
from conformance.record.events import (
    MISSED,
    ActionEvent,
    End,
    Event,
    ExchangeEvent,
    RunHeader,
    VerdictEvent,
    event_from_json,
)
from conformance.record.known import Known, Row
from conformance.record.signatures import digest_of
from conformance.wire.messages import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a run left behind; ``path`` is where it was read from, as the user named it.

    ``accounts`` tells by its id whose call an exchange is (`ExchangeEvent`).  ``end`` is None where the run was killed,
    ``truncated`` where the last line was not written to its end; ``clock`` is what all exchanges tell of the endpoint's
    clock, those left out of ``exchanges`` later included.
    """

    path: str
    header: RunHeader
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    verdicts: tuple[VerdictEvent, ...] = ()
    actions: tuple[ActionEvent, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    end: End | None = None
    truncated: bool = False
    clock: Clock | None = None


def read_record(path: Path | str) -> Record:
    """Read the record at ``path``; where two exchanges have one id, the later counts.

    Raises UsageError, naming file and line, where the file cannot be read, is empty, does not begin with the
    header of a run, holds a second header, or has a line that is no event.
    """
    try:
        with Path(path).open("rb") as file:
            return _collect(str(path), file)
    except (OSError, ValueError) as error:
        why = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"cannot read the record {path}: {why}. Name a file that `run --record FILE` wrote.") from None


def _collect(path: str, file: BinaryIO) -> Record:
    header: RunHeader | None = None
    exchanges: dict[str, Exchange] = {}
    accounts: dict[str, str] = {}
    verdicts: list[VerdictEvent] = []
    actions: list[ActionEvent] = []
    end: End | None = None
    truncated = False
    for number, event in _events(path, file):
        if event is None:
            truncated = True
        elif header is None:
            if not isinstance(event, RunHeader):
                raise _refusal(path, number, "the header of the run is missing: the record has lost its beginning")
            header = event
        elif isinstance(event, RunHeader):
            raise _refusal(path, number, "a second header: two runs were written into one file; split it here")
        elif isinstance(event, ExchangeEvent):
            exchanges[event.id] = event.exchange
            accounts[event.id] = event.account
        elif isinstance(event, ActionEvent):
            actions.append(event)
        elif isinstance(event, VerdictEvent):
            verdicts.append(event)
        else:
            end = event
    if header is None:
        raise _refusal(path, 1, "the line is cut short within the header of the run" if truncated else "it is empty")
    return Record(
        path=path,
        header=header,
        exchanges=exchanges,
        verdicts=told_known(verdicts, header, end),
        actions=tuple(actions),
        accounts=accounts,
        end=end,
        truncated=truncated,
        clock=clock_of(exchanges.values()),
    )


def told_known(verdicts: Iterable[VerdictEvent], header: RunHeader, end: End | None) -> tuple[VerdictEvent, ...]:
    """Return the verdicts; each miss that the baseline of the run lists, or its profile declares, says so."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in end.baseline.rows if end and end.baseline else ():
        if row.status.stands:
            rows.setdefault((row.requirement, row.signature), []).append(row)

    def known(event: VerdictEvent) -> Known | None:
        if event.requirement in header.deviations:
            return Known(by="deviation", reason=header.deviations[event.requirement])
        listed = rows.get((event.requirement, digest_of(event, header.run_id)), ()) if rows else ()
        where = (event.requirement, event.case, event.version, event.binding)
        return next((row.known for row in listed if row.covers(*where)), None)

    return tuple(
        replace(event, known=found) if event.verdict in MISSED and (found := known(event)) else event
        for event in verdicts
    )


def _events(path: str, file: BinaryIO) -> Iterator[tuple[int, Event | None]]:
    """Yield line numbers with events; None stands for a last line that was not written to its end."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            event = event_from_json(json.loads(line, parse_constant=_no_constant))
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n"):
                yield number, None
                return
            why = "is not JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)
            raise _refusal(path, number, f"the line {why}") from None
        yield number, event


def _no_constant(name: str) -> float:
    raise ValueError(f"holds {name}, which is not JSON")


def _refusal(path: str, number: int, reason: str) -> UsageError:
    return UsageError(
        f"cannot read the record {path}, line {number}: {reason}. Name a file that `run --record FILE` wrote."
    )
