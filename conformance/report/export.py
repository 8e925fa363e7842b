"""Findings as pytest files that need nothing of this kit: each does again what led to one, and fails while it is so."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.record.events import ActionEvent, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report import replaying
from conformance.report.curl import parameters_of
from conformance.report.evidence import chosen_in
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange

EXPORTED = (Verdict.FAIL, Verdict.WARN)


def export_failing(record: Record, folder: Path) -> tuple[list[Path], list[VerdictEvent]]:
    """Write a pytest file into ``folder`` for each failing verdict; return the files, and what none could be for.

    That is what was sent otherwise than as a Query call, or by a driver in a way that the control API does not have.
    Raises UsageError where the folder cannot be written.
    """
    written: list[Path] = []
    left: list[VerdictEvent] = []
    failing = [one for one in record.verdicts if one.verdict in EXPORTED and one.exchanges]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for verdict in failing:
            steps = _steps(record, verdict)
            if steps is None:
                left.append(verdict)
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


def _steps(record: Record, verdict: VerdictEvent) -> list[dict[str, Any]] | None:
    """Return what was done up to the exchange that shows the finding; None where it cannot be done again."""
    case, _, last = verdict.exchanges[-1].rpartition("#")
    actions = [one for one in record.actions if one.case == case]
    steps: list[dict[str, Any]] = []
    try:
        for number in range(1, int(last) + 1):
            steps += [_act(one) for one in actions if one.after == number - 1]
            identifier = f"{case}#{number}"
            account = record.accounts.get(identifier, "")
            steps.append(_call(record.exchanges[identifier], account, verdict.case))
    except (KeyError, ValueError):
        return None
    return _with_pseudonyms(steps)


def _act(action: ActionEvent) -> dict[str, Any]:
    if action.name not in replaying.ACTS and action.name not in replaying.WITHOUT_WORKER:
        raise ValueError(f"the control API does not have {action.name} by itself")
    return {"act": action.name, "arguments": list(action.arguments), "result": action.result}


def _call(exchange: Exchange, account: str, case: str) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    parameters = parameters_of(request, sent_at=exchange.sent_at, chosen=chosen_in(case))
    if not parameters or response is None:
        raise ValueError("no Query call, or one without an answer")
    return {
        "method": request.method,
        "url": request.url.partition("?")[0],
        "account": account,
        "parameters": parameters,
        "status": response.status,
        "leaves": replaying.leaves(response.body.decode(errors="replace")),
    }


def _with_pseudonyms(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps without ids of Workers: who acts gets another one each time anyway."""
    acting = [step["arguments"][0] for step in steps if step.get("act") in replaying.ACTS]
    text = json.dumps(steps)
    for number, worker in enumerate(dict.fromkeys(acting), 1):
        text = text.replace(worker, f"worker-{number}")
    changed: list[dict[str, Any]] = json.loads(text)
    return changed


def _text(record: Record, verdict: VerdictEvent, steps: list[dict[str, Any]]) -> str:
    requirement = requirements().get(verdict.requirement)
    said = f"{verdict.requirement} ({verdict.level}, {verdict.version}): {requirement.text if requirement else ''}"
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


def lines(written: list[Path], left: list[VerdictEvent]) -> Iterator[str]:
    """Yield what to tell the user of an export."""
    if written:
        yield f"{len(written)} failing cases as pytest files, in {written[0].parent}"
    if left:
        yield f"{len(left)} findings cannot be done again by a file alone; `mturk-conformance replay` shows them"
