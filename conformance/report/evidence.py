"""What a reader needs beside a finding: the sentence, its source, and the lines that show it again."""

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.record.events import VerdictEvent
from conformance.record.reader import Record
from conformance.report.curl import curl_line, replay_line
from conformance.spec.requirements import cases, requirements

# A longer line is more than shells take as one argument, or anybody pastes.
LONGEST_LINE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """``text`` and ``source`` are empty where this kit does not know the requirement, ``curl`` where there is none."""

    text: str
    source: str
    replay: str
    curl: str


def evidence_for(record: Record, verdict: VerdictEvent) -> Evidence:
    """Return the evidence for ``verdict``; its curl line sends the last of its exchanges."""
    requirement = requirements().get(verdict.requirement)
    return Evidence(
        text=requirement.text_in(verdict.version) if requirement else "",
        source=requirement.source_in(verdict.version) if requirement else "",
        replay=replay_line(record.path, verdict.requirement),
        curl=_curl(record, verdict),
    )


def _curl(record: Record, verdict: VerdictEvent) -> str:
    exchange = next((record.exchanges[id_] for id_ in reversed(verdict.exchanges) if id_ in record.exchanges), None)
    if exchange is None:
        return ""
    request = exchange.request
    line = curl_line(request, request.url, sent_at=exchange.sent_at, chosen=chosen_in(verdict.case))
    return line if len(line) <= LONGEST_LINE else ""


def chosen_in(case: str) -> Mapping[str, str]:
    """Return the common parameters by which a case is wrong on purpose; those made by Python are not known here."""
    return next((known.common for known in cases() if known.id == case), {})
