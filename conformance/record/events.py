"""The events of a run, one a line of its record; ``record.schema.json`` beside this module says the same.

Fields that a line has beyond those known here are passed over, so that an older kit reads a newer record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import Literal, cast, get_args

from conformance.record.demand import Demand
from conformance.record.fields import JsonObject, body_from_json, body_to_json, field, optional_text, texts
from conformance.record.known import Compared, Known
from conformance.record.spending import Spending
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse

SCHEMA = 1
Level = Literal["MUST", "SHOULD", "MAY"]
LEVELS: tuple[Level, ...] = get_args(Level)


class Verdict(StrEnum):
    """What a case says about its requirement; the worst first."""

    FAIL = "fail"
    ERROR = "error"
    WARN = "warn"
    BLOCKED = "blocked"
    NOT_MEASURED = "not measured"
    OBSERVED = "observed"
    PASS = "pass"

    @property
    def measured(self) -> bool:
        """Whether the endpoint was seen to meet or miss the requirement."""
        return self in (Verdict.FAIL, Verdict.WARN, Verdict.OBSERVED, Verdict.PASS)


MISSED = (Verdict.FAIL, Verdict.WARN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """The first line: which kit judged which endpoint, and how it was set up.

    ``max_examples`` is what was asked for with ``--max-examples``, None where nothing was.  Each case was run
    ``repeat`` times, and one that missed something ``rerun_failures`` times more.  ``flaky`` is what becomes of a MUST
    that was missed in some of them: ``fail`` or ``warn``; ``fail_on`` is ``must`` or ``should``.  ``deviations`` are
    those that the profile declares, with reasons.
    """

    kit: str
    run_id: str
    seed: int
    url: str
    profile: str
    versions: tuple[str, ...]
    bindings: tuple[str, ...]
    selection: tuple[str, ...]
    started_at: str
    plays: str = "living"
    drivers: Mapping[str, str] = attribute(default_factory=dict)
    max_examples: int | None = None
    repeat: int = 1
    rerun_failures: int = 0
    flaky: str = "fail"
    fail_on: str = "must"
    deviations: Mapping[str, str] = attribute(default_factory=dict)
    schema: int = SCHEMA

    def to_json(self) -> JsonObject:
        """Return the line's JSON object."""
        return {
            "type": "run",
            "schema": self.schema,
            "kit": self.kit,
            "run_id": self.run_id,
            "seed": self.seed,
            "url": self.url,
            "profile": self.profile,
            "versions": list(self.versions),
            "bindings": list(self.bindings),
            "selection": list(self.selection),
            "started_at": self.started_at,
            "plays": self.plays,
            "drivers": dict(self.drivers),
            **({"max_examples": self.max_examples} if self.max_examples else {}),
            "repeat": self.repeat,
            "rerun_failures": self.rerun_failures,
            "flaky": self.flaky,
            "fail_on": self.fail_on,
            "deviations": dict(self.deviations),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "RunHeader":
        """Read the line's JSON object; raise ValueError for a field missing or of the wrong type."""
        schema = field(data, "schema", int)
        if schema > SCHEMA:
            raise ValueError(f"has schema {schema}, which is newer than this kit; update the kit")
        drivers: JsonObject = field(data, "drivers", dict, {})
        deviations: JsonObject = field(data, "deviations", dict, {})
        return cls(
            schema=schema,
            kit=field(data, "kit", str),
            run_id=field(data, "run_id", str),
            seed=field(data, "seed", int),
            url=field(data, "url", str),
            profile=field(data, "profile", str),
            versions=texts(data, "versions"),
            bindings=texts(data, "bindings"),
            selection=texts(data, "selection"),
            started_at=field(data, "started_at", str),
            plays=field(data, "plays", str, "living"),
            drivers={name: field(drivers, name, str) for name in drivers},
            max_examples=field(data, "max_examples", int, 0) or None,
            repeat=field(data, "repeat", int, 1),
            rerun_failures=field(data, "rerun_failures", int, 0),
            flaky=field(data, "flaky", str, "fail"),
            fail_on=field(data, "fail_on", str, "must"),
            deviations={name: field(deviations, name, str) for name in deviations},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEvent:
    """One exchange; ``id`` is ``<case>|<version>|<binding>#<n>``, by which verdicts refer to it.

    ``account`` tells whose call it is: empty for the first Requester, ``second``, or the number of the account that
    was opened in the case.
    """

    id: str
    exchange: Exchange
    account: str = ""

    def to_json(self) -> JsonObject:
        """Return the line's JSON object."""
        request, response = self.exchange.request, self.exchange.response
        return {
            "type": "exchange",
            "id": self.id,
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": [list(pair) for pair in request.headers],
                "body": body_to_json(request.body),
            },
            "response": response
            and {
                "status": response.status,
                "headers": [list(pair) for pair in response.headers],
                "body": body_to_json(response.body),
            },
            "failure": self.exchange.failure,
            "sent_at": self.exchange.sent_at,
            "received_at": self.exchange.received_at,
            **({"account": self.account} if self.account else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "ExchangeEvent":
        """Read the line's JSON object; raise ValueError for a field missing or of the wrong type."""
        sent: JsonObject = field(data, "request", dict)
        came: JsonObject | None = None if data.get("response") is None else field(data, "response", dict)
        request = HttpRequest(
            method=field(sent, "method", str),
            url=field(sent, "url", str),
            headers=_headers(sent),
            body=body_from_json(field(sent, "body", dict)),
        )
        response = came and HttpResponse(
            status=field(came, "status", int), headers=_headers(came), body=body_from_json(field(came, "body", dict))
        )
        exchange = Exchange(
            request=request,
            response=response or None,
            sent_at=field(data, "sent_at", float),
            received_at=field(data, "received_at", float),
            failure=optional_text(data, "failure"),
        )
        return cls(id=field(data, "id", str), exchange=exchange, account=field(data, "account", str, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEvent:
    """What a Worker, the clock or whoever opens accounts did between two exchanges, by a driver.

    ``case`` is ``<case>|<version>|<binding>``, ``after`` the number of the exchanges before it.  ``name`` and
    ``arguments`` are those of the driver's method, ``result`` is the id that it returned, ``refused`` where the
    Worker was not let.  An account that was opened is told by its number in the case.
    """

    case: str
    after: int
    name: str
    arguments: tuple[str, ...]
    result: str

    def to_json(self) -> JsonObject:
        """Return the line's JSON object."""
        return {
            "type": "action",
            "case": self.case,
            "after": self.after,
            "name": self.name,
            "arguments": list(self.arguments),
            "result": self.result,
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "ActionEvent":
        """Read the line's JSON object; raise ValueError for a field missing or of the wrong type."""
        return cls(
            case=field(data, "case", str),
            after=field(data, "after", int),
            name=field(data, "name", str),
            arguments=texts(data, "arguments"),
            result=field(data, "result", str),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictEvent:
    """What one case decided about one requirement.

    ``where``, ``expected`` and ``actual`` describe a finding; ``reason`` is the root cause of *blocked* (and stands at
    the finding that is this root cause), why something was *not measured*, or the end of the traceback of *error*.
    ``elapsed`` is in seconds.  The case measured the requirement ``runs`` times and saw it ``missed`` in so many of
    them (0 where it was run once).  ``known`` is no part of the line: it is what the record as a whole tells.
    """

    requirement: str
    case: str
    version: str
    binding: str
    level: Level
    verdict: Verdict
    where: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    reason: str = ""
    exchanges: tuple[str, ...] = ()
    elapsed: float = 0.0
    runs: int = 1
    missed: int = 0
    known: Known | None = None

    @property
    def flaky(self) -> bool:
        """Whether the requirement was missed in some runs of the case and met in others."""
        return 0 < self.missed < self.runs

    def to_json(self) -> JsonObject:
        """Return the line's JSON object."""
        return {
            "type": "verdict",
            "requirement": self.requirement,
            "case": self.case,
            "version": self.version,
            "binding": self.binding,
            "level": self.level,
            "verdict": self.verdict.value,
            "where": self.where,
            "expected": self.expected,
            "actual": self.actual,
            "note": self.note,
            "reason": self.reason,
            "exchanges": list(self.exchanges),
            "elapsed": self.elapsed,
            **({"runs": self.runs, "missed": self.missed} if self.runs > 1 else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "VerdictEvent":
        """Read the line's JSON object; raise ValueError for a field missing, of the wrong type or value."""
        level = field(data, "level", str)
        if level not in LEVELS:
            raise ValueError(f"has 'level' that is not one of {', '.join(LEVELS)}: {level[:60]!r}")
        return cls(
            requirement=field(data, "requirement", str),
            case=field(data, "case", str),
            version=field(data, "version", str),
            binding=field(data, "binding", str),
            level=level,
            verdict=Verdict(field(data, "verdict", str)),
            where=field(data, "where", str, ""),
            expected=field(data, "expected", str, ""),
            actual=field(data, "actual", str, ""),
            note=field(data, "note", str, ""),
            reason=field(data, "reason", str, ""),
            exchanges=texts(data, "exchanges"),
            elapsed=field(data, "elapsed", float, 0.0),
            runs=field(data, "runs", int, 1),
            missed=field(data, "missed", int, 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last line; a record without it is of a run that was killed.

    ``baseline`` is what the run says of the baseline that it was given, ``demand`` how much it had to measure.
    """

    finished_at: str
    exit_code: int
    interrupted: bool = False
    reason: str | None = None
    spending: Spending | None = None
    baseline: Compared | None = None
    demand: Demand | None = None

    def to_json(self) -> JsonObject:
        """Return the line's JSON object."""
        return {
            "type": "end",
            "finished_at": self.finished_at,
            "exit_code": self.exit_code,
            "interrupted": self.interrupted,
            "reason": self.reason,
            "spending": self.spending and self.spending.to_json(),
            **({"baseline": self.baseline.to_json()} if self.baseline else {}),
            **({"demand": self.demand.to_json()} if self.demand else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "End":
        """Read the line's JSON object; raise ValueError for a field missing or of the wrong type."""
        return cls(
            finished_at=field(data, "finished_at", str),
            exit_code=field(data, "exit_code", int),
            interrupted=field(data, "interrupted", bool, False),
            reason=optional_text(data, "reason"),
            spending=Spending.from_json(field(data, "spending", dict)) if data.get("spending") else None,
            baseline=Compared.from_json(field(data, "baseline", dict)) if data.get("baseline") else None,
            demand=Demand.from_json(field(data, "demand", dict)) if data.get("demand") else None,
        )


Event = RunHeader | ExchangeEvent | ActionEvent | VerdictEvent | End

_READERS: Mapping[str, Callable[[JsonObject], Event]] = {
    "run": RunHeader.from_json,
    "exchange": ExchangeEvent.from_json,
    "action": ActionEvent.from_json,
    "verdict": VerdictEvent.from_json,
    "end": End.from_json,
}


def event_from_json(data: object) -> Event:
    """Return the event that a line's JSON value describes; raise ValueError, saying what is wrong with it."""
    if not isinstance(data, dict):
        raise ValueError("is not a JSON object")
    kind = field(data, "type", str)
    if kind not in _READERS:
        raise ValueError(f"has the unknown type {kind[:60]!r}; known are {', '.join(_READERS)}")
    return _READERS[kind](data)


def _headers(data: JsonObject) -> Headers:
    pairs: list[object] = field(data, "headers", list, [])
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise ValueError("has headers that are not pairs of strings")
    return tuple((str(name), str(value)) for name, value in cast(list[list[str]], pairs))
