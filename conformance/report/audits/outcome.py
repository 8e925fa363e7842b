"""What reports of an audit say, whatever their format: faults with sentence and source, verdicts, the conclusion."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from conformance.checks.alone import UNREADABLE
from conformance.record.audited import (
    Audited,
    Coverage,
    Fault,
    FaultKey,
    FileAccount,
    FileVerdict,
    Kept,
    Unread,
)
from conformance.spec.requirements import requirements

EXIT_CODES: Mapping[FileVerdict, int] = MappingProxyType(
    {"does not conform": 1, "not read": 2, "conforms": 0, "not measured": 5}
)
"""The exit code of an audit is that of the first verdict here which some file has."""
INTERRUPTED = 3
"""The exit code of an audit that was stopped, unless a file does not conform."""
_MAY_HOLD_SECRETS = re.compile(r"[@?=<:]")
NOTHING = "NOTHING TO JUDGE"
"""The conclusion where files that nobody knows may pass, and there are no others."""
_CONCLUSIONS = {
    0: "CONFORMS",
    1: "DOES NOT CONFORM",
    2: "NOT JUDGED: something could not be read",
    INTERRUPTED: "NOT JUDGED: the audit was interrupted",
    5: "NOT JUDGED: nothing was measured",
}
_VERDICTS: tuple[tuple[FileVerdict, str], ...] = (
    ("does not conform", "not conforming"),
    ("conforms", "conforming"),
    ("not measured", "not measured"),
    ("not read", "not read"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFault:
    """A fault with the sentence of its requirement and the source of that; ``curl`` is empty where there is none."""

    fault: Fault
    text: str
    source: str
    curl: str = ""

    @property
    def key(self) -> FaultKey:
        """What makes it one fault."""
        return self.fault.key

    @property
    def fingerprint(self) -> str:
        """A name of the fault that stays the same from audit to audit: 32 hexadecimal digits."""
        told = [getattr(self.key, one.name) for one in fields(FaultKey) if one.name not in ("grade", "level")]
        from hashlib import sha256  # which takes a while, and the report for people does without

        return sha256(json.dumps(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told of an audit; everything in order, and without secrets.

    ``files`` are those that were named or found, by number; ``met`` counts by requirement how often it was met.
    """

    files: Mapping[int, FileAccount]
    faults: tuple[ToldFault, ...]
    unread: tuple[Unread, ...]
    met: Mapping[str, int]
    coverage: Coverage
    kept: Mapping[FaultKey, Kept]
    fail_on: str
    exit_code: int
    interrupted: bool

    @property
    def conclusion(self) -> str:
        """What it comes to, in some words."""
        judged = any(one.judged for one in self.files.values())
        return NOTHING if self.exit_code == 0 and not judged else _CONCLUSIONS[self.exit_code]

    @property
    def counted(self) -> str:
        """How many files there are of each verdict, and how many entries were judged."""
        counts = Counter(one.verdict(self.fail_on) for one in self.files.values())
        told = ", ".join(f"{counts[verdict]} {words}" for verdict, words in _VERDICTS if counts[verdict])
        judged, entries = (
            sum(one.judged for one in self.files.values()),
            sum(one.entries for one in self.files.values()),
        )
        several = f"; {judged:,} of {many(entries, 'entry', 'entries')} judged" if entries > len(self.files) else ""
        return f"{many(len(self.files), 'file')}: {told or 'none'}{several}" if self.files else "no file"


def outcome_of(audited: Audited, *, fail_on: str, pass_unknown: bool = False) -> Outcome:
    """Return what is told of an audit; for the arguments see `conformance.report.audits.render_audit`."""
    code = exit_code_of(known_only(audited) if pass_unknown else audited, fail_on, pass_unknown)
    shown = _shown(known_only(audited) if pass_unknown else audited)
    return Outcome(
        files=dict(sorted(shown.files.items())),
        faults=tuple(_told(fault, shown.kept.get(fault.key)) for fault in shown.in_order()),
        unread=tuple(sorted(shown.unread, key=lambda one: (one.place, one.reason))),
        met=shown.met,
        coverage=shown.coverage,
        kept=shown.kept,
        fail_on=fail_on,
        exit_code=code,
        interrupted=shown.interrupted,
    )


def _shown(audited: Audited) -> Audited:
    """Return an outcome without secrets."""
    names = [text for account in audited.files.values() for text in (account.file, account.reason)]
    if not (audited.faults or audited.unread or audited.kept or any(_MAY_HOLD_SECRETS.search(name) for name in names)):
        return audited  # as often in a commit hook, which waits for every import
    from conformance.record.capture_redaction import without_secrets

    return without_secrets(audited)


def exit_code_of(audited: Audited, fail_on: str, pass_unknown: bool = False) -> int:
    """Return the exit code of an audit, of which files that nobody knows were taken out already."""
    bad = failing(fail_on)
    verdicts = {account.verdict(fail_on) for account in audited.files.values()}
    # What only the order of several files shows belongs to none of them.
    if "does not conform" in verdicts or any(key.grade in bad for key in audited.faults):
        return EXIT_CODES["does not conform"]
    if audited.interrupted:
        return INTERRUPTED
    nothing = 0 if pass_unknown else EXIT_CODES["not measured"]
    return next((code for verdict, code in EXIT_CODES.items() if verdict in verdicts and code != 5), nothing)


def known_only(audited: Audited) -> Audited:
    """Return an audit without the files of which nothing is known to be ours: somebody else's, or no capture at all."""
    known = {number: one for number, one in audited.files.items() if not _is_unknown(one)}

    def is_theirs(fault: Fault) -> bool:
        unread = fault.key.requirement == UNREADABLE
        return unread and not any(sighting.place.source in known for sighting in fault.first)

    return replace(
        audited,
        files=known,
        faults={key: fault for key, fault in audited.faults.items() if not is_theirs(fault)},
        unread=[one for one in audited.unread if one.place.source in known],
    )


def _is_unknown(account: FileAccount) -> bool:
    return account.format in ("", UNREADABLE) or not (account.judged or account.unread)


def failing(fail_on: str) -> tuple[str, ...]:
    """Return the grades that make a file fail."""
    return ("fail", "warn") if fail_on == "should" else ("fail",)


def many(number: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def _told(fault: Fault, kept: Kept | None) -> ToldFault:
    requirement = requirements().get(fault.key.requirement)
    return ToldFault(
        fault=fault,
        text=requirement.text_in(fault.key.version) if requirement else "",
        source=requirement.source_in(fault.key.version) if requirement else "",
        curl=_curl(kept) if kept else "",
    )


def _curl(kept: Kept) -> str:
    from conformance.report.curl import curl_line
    from conformance.report.evidence import LONGEST_LINE  # seldom needed: only where exchanges were kept

    request = kept.exchange.request
    # A capture is old, so every Timestamp in it is made anew.
    line = curl_line(request, request.url)
    return line if len(line) <= LONGEST_LINE else ""
