"""What plain replies show, known from others with the same skeleton.

The first reply of a kind is judged by all checks (`judge`); what they find holds for every reply that has the same
skeleton, for they can tell the two apart by nothing but what the skeleton keeps.  Of a list each kind of item is judged
once, alone in the frame of its reply: no check sees more in two items than in each, but for the counters and the ids
that have to differ, which are looked at here.  Where something is missed, or told of that quotes the reply, nothing is
remembered: such a reply is for `judge`.  So is every reply where there is a check that is not `thought_of`.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, TypeVar

from conformance.bindings.query import Call, read_answer
from conformance.checks.documents import judge_document, kinds_of
from conformance.checks.documents.answers import ARTICLE as ANSWERS
from conformance.checks.finding import Finding, Outcome
from conformance.checks.judge import CHECKS, FINDINGS_KEPT, judge_reading
from conformance.checks.plain_documents import PLAIN_ANSWERS, are_plain_answers, is_plain_form
from conformance.checks.reading import Reading
from conformance.checks.sent_documents import taken_in_order
from conformance.checks.skeletons import UNIQUE, Skeleton, grammar
from conformance.checks.stretches import Found, Signature, is_text
from conformance.checks.thought_of import THOUGHT_OF
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpResponse

T = TypeVar("T")
KEPT = 2_000
"""So many kinds of replies and items are remembered."""
MIXTURES_KEPT = 1_000
"""And of so many mixtures of kinds what their items show together, in whatever order they stand."""
ECHO = "Request"
FORM = "QuestionForm"
TOLD_ALIKE = frozenset(
    {
        "Common.Ids.pattern",
        "Common.ElementOrder.lists",
        "Common.Error.message-trace",
        "HIT.LifetimeInSeconds.absent",
        "QualificationRequest.QualificationRequestId.trim",
    }
)
"""What is told, without being missed, in words that the skeleton determines."""

_PLACED = "[*]"
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned(Generic[T]):
    """What a reply shows that was judged in full: what is met, what is told, and what the caller made of it.

    It is equal to itself alone, which is what it is counted by.
    """

    met: tuple[str, ...]
    seen: tuple[Finding, ...]
    accepted: bool
    extra: T


_Kinds = tuple[Learned[T] | None, dict[Signature, Learned[T] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixture(Generic[T]):
    """What items of some kinds show together: each finding with how often an item of each kind shows it.

    Of a finding that is on no item, that is left out.
    """

    met: frozenset[str]
    seen: tuple[tuple[Finding, Mapping[Learned[T], int]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[T]):
    """What a plain reply shows: ``met`` requirements, ``seen`` findings with the numbers of the items that show them.

    Without numbers a finding is one on the reply; for the place of any see `told_where`.
    ``frame`` is what was learned of a reply without items, ``items`` of one with each of the items alone.
    """

    met: frozenset[str]
    seen: tuple[tuple[Finding, tuple[int, ...]], ...]
    accepted: bool
    frame: Learned[T]
    items: tuple[Learned[T], ...]
    skeleton: Skeleton


class Remembering(Generic[T]):
    """Judges plain replies; ``extra`` is what else is wanted of a reply that depends on its skeleton alone."""

    def __init__(self, extra: Callable[[Reading], T]) -> None:
        self._extra = extra
        self._is_sound = sorted((check.name, check.declared) for check in CHECKS) == sorted(THOUGHT_OF.items())
        self._known: dict[Hashable, dict[Signature, _Kinds[T]]] = {}
        self._number = 0
        self._findings: dict[Finding, Finding] = {}
        self._mixtures: dict[frozenset[Learned[T]], _Mixture[T]] = {}

    def told(self, call: Call, response: HttpResponse) -> Told[T] | None:
        """Return what the reply to a Query call shows, as `judge` would; None where it is to be judged by that."""
        version, operation = call.version, call.operation
        if response.status != _OK or version not in VERSIONS or operation is None or not self._is_sound:
            return None
        groups = call.response_groups
        reading = Reading(call, None)
        if reading.operation is None or ECHO in groups or not taken_in_order(reading):
            return None
        read = grammar(version, operation).read(response.body)
        if read is None or not _counts(read):
            return None
        about = (version, operation, groups)
        return self._of(about, read, call, response)

    def _of(self, about: Hashable, read: Skeleton, call: Call, response: HttpResponse) -> Told[T] | None:
        tokens = _tokens(read.frame)
        if tokens is None:
            return None
        frames = self._known.get(about)
        if frames is None:
            frames = self._known[about] = {}
        kind = (*read.frame.signature, tokens)
        found = frames.get(kind)
        if found is None:
            found = frames[kind] = self._judged(_alone(read, None, response.body), call, response, None), {}
            self._count()
        frame, kinds = found
        items = []
        for one, begin, end in read.items:
            tokens = _tokens(one)
            if tokens is None or frame is None:
                return None
            kind = (*one.signature, tokens)
            try:
                learned = kinds[kind]
            except KeyError:
                alone = _alone(read, (begin, end), response.body)
                learned = kinds[kind] = self._judged(alone, call, response, f"/{read.listed}[1]")
                self._count()
            if learned is None:
                return None
            items.append(learned)
        return None if frame is None else self._joined(frame, items, read)

    def _joined(self, frame: Learned[T], items: list[Learned[T]], read: Skeleton) -> Told[T]:
        """Return what a frame and its items show together."""
        kinds = frozenset(items or (frame,))
        mixture = self._mixtures.get(kinds)
        if mixture is None:
            if len(self._mixtures) >= MIXTURES_KEPT:
                self._mixtures = {}
            mixture = self._mixtures[kinds] = _mixture(kinds)
        seen = tuple([(finding, _numbers(items, times, len(kinds))) for finding, times in mixture.seen])
        return Told(
            met=mixture.met,
            seen=seen,
            accepted=(items or [frame])[0].accepted,
            frame=frame,
            items=tuple(items),
            skeleton=read,
        )

    def _count(self) -> None:
        """Take note that one kind more is remembered; of too many all are forgotten."""
        self._number += 1
        if self._number > KEPT:
            self._number = 0
            self._known = {}
            self._mixtures = {}

    def _judged(self, body: bytes, call: Call, response: HttpResponse, listed: str | None) -> Learned[T] | None:
        response = replace(response, body=body)
        reading = Reading(call, read_answer(response), response=response)
        findings = list(judge_reading(reading))
        if any(_quotes(finding) for finding in findings):
            return None
        return Learned(
            met=tuple(one.requirement for one in findings if one.outcome is Outcome.MET),
            seen=tuple(self._same(_placed(one, listed)) for one in findings if one.outcome is Outcome.SEEN),
            accepted=reading.accepted,
            extra=self._extra(reading),
        )

    def _same(self, finding: Finding) -> Finding:
        """Return the one object that stands for all findings like this one."""
        return self._findings.setdefault(finding, finding)


def _placed(finding: Finding, listed: str | None) -> Finding:
    """Return a finding on an item with a mark in the place of the item's number."""
    before, among, after = finding.where.partition(listed) if listed else ("", "", "")
    return replace(finding, where=f"{before}{among.removesuffix('[1]')}{_PLACED}{after}") if among else finding


def _quotes(finding: Finding) -> bool:
    """Tell whether a finding may differ between replies of the same skeleton, or is to be told with its place."""
    return finding.outcome is Outcome.MISSED or (
        finding.outcome is Outcome.SEEN and finding.requirement not in TOLD_ALIKE
    )


def _counts(read: Skeleton) -> bool:
    """Tell whether the counters of a list agree with its items, whose ids differ where they have to."""
    if len(read.items) > FINDINGS_KEPT or not _differ(read):
        return False
    counters = read.frame.counters()
    listed = len(read.items)
    if "NumResults" in counters and int(read.body[slice(*counters["NumResults"])]) != listed:
        return False
    return "TotalNumResults" not in counters or int(read.body[slice(*counters["TotalNumResults"])]) >= listed


def _differ(read: Skeleton) -> bool:
    if read.listed != UNIQUE.partition(".")[0]:
        return True
    ids = [one.named().get(UNIQUE) for one, _, _ in read.items]
    return len(set(ids)) == len(ids)


def _alone(read: Skeleton, item: tuple[int, int] | None, body: bytes) -> bytes:
    """Return a reply with one item alone, or none, and the counters that belong to it."""
    if not read.items:
        return body
    pieces, at, first, last = [], 0, read.items[0][1], read.items[-1][2]
    number = b"0" if item is None else b"1"
    for name, (begin, end) in sorted(read.frame.counters().items(), key=lambda one: one[1]):
        if name != "PageNumber":
            pieces += [body[at:begin], number]
            at = end
    return b"".join((*pieces, body[at:first], body[item[0] : item[1]] if item else b"", body[last:]))


def _tokens(found: Found) -> tuple[Hashable, ...] | None:
    """Return what the documents of an element show; None where there is something to tell of one."""
    documents = found.documents()
    if not documents:
        return ()
    tokens = tuple([_of_document(kind, octets) for kind, octets in documents])
    return None if None in tokens else tokens


def _of_document(kind: str, octets: bytes) -> tuple[str, ...] | None:
    if kind == ANSWERS and are_plain_answers(octets):
        return _of_plain_answers()
    if FORM in kinds_of(kind) and is_plain_form(octets):
        return ()
    return _shown(kind, _text(octets)) if is_text(octets) else None


@cache
def _of_plain_answers() -> tuple[str, ...] | None:
    return _shown(ANSWERS, _text(PLAIN_ANSWERS))


def _shown(kind: str, text: str) -> tuple[str, ...] | None:
    findings = tuple(judge_document(text, expected=kinds_of(kind)))
    if kind == ANSWERS:
        good = all(one.outcome is Outcome.MET for one in findings)
        return tuple(one.requirement for one in findings) if good else None
    # What the Requester may have sent is told only where it misses something, or is no such document at all.
    odd = any(one.outcome is Outcome.MISSED or one.requirement == "schema" for one in findings)
    return None if odd or not findings else ()


def _text(octets: bytes) -> str:
    """Return the text that an element of these bytes has."""
    text = octets.decode()
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    if "&#" in text:
        text = _REFERENCE.sub(lambda one: chr(int(one[1], 16) if one[1] else int(one[2])), text)
    return text.replace("&amp;", "&")


def _mixture(kinds: frozenset[Learned[T]]) -> _Mixture[T]:
    """Return what items of these kinds show together, or one reply without items."""
    seen: list[tuple[Finding, Mapping[Learned[T], int]]] = []
    findings = {id(one): one for kind in kinds for one in kind.seen}.values()
    for finding in sorted(findings, key=lambda one: (one.where, one.requirement, one.expected, one.actual)):
        times = {kind: count for kind in kinds if (count := sum(one is finding for one in kind.seen))}
        if _PLACED in finding.where:
            seen.append((finding, times))
        else:  # of the frame, in which each kind was judged
            seen += [(finding, {})] * max(times.values())
    return _Mixture(met=frozenset().union(*(kind.met for kind in kinds)), seen=tuple(seen))


def _numbers(items: list[Learned[T]], times: Mapping[Learned[T], int], kinds: int) -> tuple[int, ...]:
    """Return the numbers of the items that show something, where there are items of so many kinds."""
    if not times:
        return ()
    if kinds == len(times) == sum(times.values()):
        return tuple(range(1, len(items) + 1))
    return tuple([number for number, one in enumerate(items, 1) for _ in range(times.get(one, 0))])


def told_where(finding: Finding, number: int) -> str:
    """Return where a finding is made, that on an item of a list for the item of this number."""
    return finding.where.replace(_PLACED, f"[{number}]")
