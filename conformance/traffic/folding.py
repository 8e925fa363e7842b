"""What makes many sightings one fault: its constant parts, without what differs from call to call."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from conformance.checks.differences import difference_of
from conformance.checks.finding import Finding, Outcome
from conformance.checks.scrubbing import scrubbed
from conformance.record.audited import Audited, FaultKey, FileAccount, Grade, Sighting
from conformance.record.places import Place
from conformance.record.settled import constant_part
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange

# Positions, or the place of one; numbers in the name of a parameter; that of a Request.
_INDEX = re.compile(r"\[(?:\d+|\*)\]|\.\d+(?=\.|\Z)|(?<=^Request )\d+(?=: )")
# A text that is quoted, also one that is cut off before its second quote; a number that is no part of a name.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)""", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d.,]*(?![\w])")
_LONGEST = 200
_LONGEST_REMEMBERED = 500
REMEMBERED = 8_192
"""Of so many texts the constant parts are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a requirement is to messages of a version and a binding: whether it speaks of them, and how strictly."""

    holds: bool
    level: str
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where and by what a message is judged; ``binding`` is empty for a document, ``exchange`` is one to be kept."""

    place: Place
    version: str
    binding: str
    exchange: Exchange | None = None


def fold(findings: Iterable[Finding], seen: Seen, into: Audited) -> None:
    """Add findings to an outcome."""
    account = into.files[seen.place.source]
    for finding in findings:
        stands = standing(finding.requirement, seen.version, seen.binding, is_missed(finding))
        if not stands.holds:
            continue
        if finding.outcome is Outcome.MET:
            into.met[finding.requirement] += 1
            continue
        if scrubbed(finding.actual.strip("'\"")) or scrubbed(finding.actual.strip("[]'\"")):
            continue  # what a recorder put there is not what came
        account.failed += stands.grade == "fail"
        account.warned += stands.grade == "warn"
        key = key_of(finding, stands, seen.version, seen.binding)
        sighting = Sighting(place=seen.place, where=finding.where, actual=finding.actual, note=finding.note)
        into.see(key, sighting, finding.expected)
        if seen.exchange is not None and stands.grade != "observed":
            into.keep(key, seen.place, seen.exchange)


def leave(account: FileAccount, reason: str) -> None:
    """Count an entry that cannot be measured."""
    account.unmeasured += 1
    account.reason = account.reason or reason


@lru_cache(maxsize=REMEMBERED)
def standing(requirement: str, version: str, binding: str, missed: bool) -> Standing:
    """Return what a requirement, or the name of what none speaks of, is; ``binding`` is empty for documents."""
    known = requirements().get(requirement)
    if known is None:
        # What no requirement speaks of is missed only where a file cannot be read at all.
        return Standing(holds=True, level="MUST" if missed else "MAY", grade="fail" if missed else "observed")
    holds = known.holds_in(version) and (not binding or known.speaks_of(binding))
    level = known.level_in(version)
    grade: Grade = "observed" if not missed or level == "MAY" else "fail" if level == "MUST" else "warn"
    return Standing(holds=holds, level=level, grade=grade)


def key_of(finding: Finding, stands: Standing, version: str, binding: str) -> FaultKey:
    """Return what a finding has in common with all that have the same root cause."""
    difference = difference_of(finding)
    return FaultKey(
        grade=stands.grade,
        requirement=finding.requirement,
        level=stands.level,
        version=version,
        binding=binding,
        difference=difference,
        where=constant_place(finding.where),
        expected=constant_text(finding.expected),
        # Which members there are differs from call to call; which order they should have does not.
        actual="" if difference == "order" else constant_text(finding.actual),
    )


def is_missed(finding: Finding) -> bool:
    """Tell whether a finding misses something, or only tells it."""
    return finding.outcome is Outcome.MISSED


def constant_place(where: str) -> str:
    """Return a path without positions and ids."""
    return (_place if len(where) <= _LONGEST_REMEMBERED else _place.__wrapped__)(where)


def constant_text(text: str) -> str:
    """Return a text without what is quoted in it, numbers, times and ids."""
    return (_text if len(text) <= _LONGEST_REMEMBERED else _text.__wrapped__)(text)


@lru_cache(maxsize=REMEMBERED)
def _place(where: str) -> str:
    return _INDEX.sub("", constant_part(where))[:_LONGEST]


@lru_cache(maxsize=REMEMBERED)
def _text(text: str) -> str:
    if text.startswith("<"):
        return "<…>"
    return _NUMBER.sub("…", constant_part(_QUOTED.sub("'…'", text)))[:_LONGEST]
