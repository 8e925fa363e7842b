"""Findings as pytest files that need nothing of this kit: each does again what led to one, and fails while it is so."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.bindings.json import is_json
from conformance.errors import UsageError
from conformance.record.events import Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report import replaying
from conformance.report.evidence import chosen_in
from conformance.report.resending import sendable
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange, header

EXPORTED = (Verdict.FAIL, Verdict.WARN)
_OF_SIGNATURES = ("Common.Signature.", "Common.JSON.signature")
_BY_CONTROL = (*replaying.ACTS, *replaying.WITHOUT_WORKER)
_OF_LAYOUTS = re.compile(r"\bHITLayoutId(?:=|>|\":\s*\")[^&<\"]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A finding that no file could be for, and why."""

    verdict: VerdictEvent
    why: str


def export_failing(record: Record, folder: Path) -> tuple[list[Path], list[Left]]:
    """Write a pytest file into ``folder`` for each failing verdict; return the files, and what none could be for.

    That is a finding without an answer, about a signature that was wrong on purpose (records hold none), or of a case
    in which something was done that the control API does not have.  Raises UsageError where the folder cannot be
    written.
    """
    written: list[Path] = []
    left: list[Left] = []
    failing = [one for one in record.verdicts if one.verdict in EXPORTED and one.exchanges]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for verdict in failing:
            try:
                steps = _steps(record, verdict)
            except CannotBeDone as error:
                left.append(Left(verdict=verdict, why=str(error)))
                continue
            path = _path(folder, verdict, written)
            path.write_text(_text(record, verdict, steps), "utf-8")
            written.append(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(
            f"cannot write to {folder}: {why.lower()}. Name another folder for --export-failing."
        ) from None
    return written, left


def _path(folder: Path, verdict: VerdictEvent, taken: list[Path]) -> Path:
    words = re.sub(r"\W+", "_", f"{verdict.requirement}_{verdict.version}").lower().strip("_")
    numbered = (folder / f"test_{words}{f'_{number}' if number else ''}.py" for number in range(len(taken) + 1))
    return next(path for path in numbered if path not in taken)


class CannotBeDone(ValueError):
    """What a case did cannot be done again by a file alone; the text says what."""


def _steps(record: Record, verdict: VerdictEvent) -> list[dict[str, Any]]:
    """Return what was done up to the exchange that shows the finding; raises CannotBeDone."""
    chosen = chosen_in(verdict.case)
    if verdict.requirement.startswith(_OF_SIGNATURES) and "Signature" not in chosen and _is_signed(record, verdict):
        raise CannotBeDone("its signature was wrong on purpose, and records hold none")
    steps = steps_to(record, verdict.exchanges[-1])
    unable = next((one["act"] for one in steps if one.get("act") not in (None, *_BY_CONTROL)), None)
    if unable is not None:
        raise CannotBeDone(f"the control API does not have {unable} by itself")
    return _with_pseudonyms(steps)


def _is_signed(record: Record, verdict: VerdictEvent) -> bool:
    exchange = record.exchanges.get(verdict.exchanges[-1])
    if exchange is None or not is_json(exchange.request):
        return True
    return header(exchange.request.headers, "Authorization") is not None


def steps_to(record: Record, last: str) -> list[dict[str, Any]]:
    """Return what a case did up to the exchange of this id; raises CannotBeDone where the record does not tell."""
    case, _, number = last.rpartition("#")
    chosen = chosen_in(case.partition("|")[0])
    actions = [one for one in record.actions if one.case == case]
    steps: list[dict[str, Any]] = []
    for before in range(int(number)):
        steps += [
            {"act": one.name, "arguments": list(one.arguments), "result": one.result}
            for one in actions
            if one.after == before
        ]
        identifier = f"{case}#{before + 1}"
        if identifier not in record.exchanges:
            raise CannotBeDone("the record does not hold all that was sent")
        account = record.accounts.get(identifier, "")
        steps.append(_call(record.exchanges[identifier], account, chosen, record.header.url))
    return steps


def _call(exchange: Exchange, account: str, chosen: Mapping[str, str], endpoint: str) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    if _OF_LAYOUTS.search(f"{request.url} {request.body.decode('latin-1')}"):
        raise CannotBeDone("it needs a HIT layout, which nobody has at another endpoint")
    if response is None:
        raise CannotBeDone("a call of the case had no answer")
    url, path = request.url.partition("?")[0], urlsplit(request.url).path
    return {
        "method": request.method,
        "url": url,
        "path": "" if path == urlsplit(endpoint).path else path,
        "account": account,
        **sendable(request, sent_at=exchange.sent_at, chosen=chosen),
        "status": response.status,
        "leaves": replaying.leaves(response.body.decode(errors="replace")),
    }


def _with_pseudonyms(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps without ids of Workers: who acts gets another one each time anyway."""
    acting = [step["arguments"][0] for step in steps if step.get("act") in replaying.ACTS]
    acting += [step["result"] for step in steps if step.get("act") == "worker_in"]
    text = json.dumps(steps)
    for number, worker in enumerate(dict.fromkeys(acting), 1):
        text = text.replace(worker, f"worker-{number}")
    changed: list[dict[str, Any]] = json.loads(text)
    return changed


def _text(record: Record, verdict: VerdictEvent, steps: list[dict[str, Any]]) -> str:
    requirement = requirements().get(verdict.requirement)
    text = requirement.text_in(verdict.version) if requirement else ""
    said = f"{verdict.requirement} ({verdict.level}, {verdict.version}): {text}"
    found = f"{verdict.where}: expected {verdict.expected}; got {verdict.actual}"
    code = inspect.getsource(replaying).partition('"""\n')[2]
    return "\n".join(
        (
            *(f"# {' '.join(line.split())}" for line in (said, found)),
            f"# Written by mturk-conformance; case {verdict.case}.  It fails while the endpoint answers as it did.",
            *(f"# {line}".rstrip() for line in (replaying.__doc__ or "").splitlines()[3:]),
            code,
            "",
            f"STEPS: list[dict[str, Any]] = json.loads({json.dumps(json.dumps(steps, indent=1))})",
            "",
            "",
            f"def test_{re.sub(r'[^a-z0-9]+', '_', verdict.requirement.lower())}() -> None:",
            f"    assert not Replay(STEPS, {record.header.run_id!r}).shows_the_same(), {found!r}",
            "",
        )
    )


def lines(written: list[Path], left: list[Left]) -> Iterator[str]:
    """Yield what to tell the user of an export."""
    if written:
        yield f"{len(written)} failing cases as pytest files, in {written[0].parent}"
    if left:
        yield f"{len(left)} findings cannot be done again by a file alone; `mturk-conformance replay` shows them:"
    for one in left:
        yield f"  {one.verdict.requirement} ({one.verdict.case}): {one.why}"
