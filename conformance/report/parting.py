"""Where two endpoints diverge, for people: what each says, and the fewest calls that show it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.record.divergences import Compared, Divergence
from conformance.record.reader import Record
from conformance.report.visible import visible

CONCLUSIONS = {
    0: "NO DIVERGENCE",
    1: "THE ENDPOINTS DIVERGE",
    3: "NOT COMPARED: a play was cut short",
    5: "NOT COMPARED: no exchange of both",
}
_LONGEST = 200
_BESIDE = ("Service", "Operation", "Version", "AWSAccessKeyId", "Timestamp", "Signature", "SignatureVersion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """A divergence with the ``steps`` that show it, ``of`` so many; ``why`` says why they could not be made fewer.

    ``also`` are others that the same reply shows; ``once`` tells that it was not seen when its case was played again.
    ``shown`` tells that they were played again and showed it; ``noise`` that the first endpoint then differed so from
    itself.
    """

    divergence: Divergence
    also: tuple[Divergence, ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    of: int = 0
    shown: bool = False
    noise: bool = False
    once: bool = False
    why: str = ""

    @property
    def counts(self) -> bool:
        """Whether the endpoints diverge by it: neither noise, nor seen once and not again."""
        return not self.noise and not self.once


def lines(
    records: tuple[Record, Record], found: Compared, noise: Compared, partings: Sequence[Parting], code: int
) -> Iterator[str]:
    """Yield the lines of the report."""
    first, second = records
    yield f"first:  {visible(first.header.url)} (record {visible(first.path)})"
    yield f"second: {visible(second.header.url)} (record {visible(second.path)})"
    yield f"seed {first.header.seed}; the first one was played twice, to learn what differs by itself"
    for kind in sorted(noise.noise):
        yield f"noise: {visible(_kind(kind))}"
    for case in found.alone:
        yield f"not comparable: {visible(case)} was not played at both"
    for case in found.parted:
        yield f"not comparable to its end: {visible(case)}, where the plays went on with different calls"
    told = [one for one in partings if not one.noise]
    for one in partings:
        if one.noise:
            yield f"noise: {visible(_kind(one.divergence.as_noise))}, as playing it again showed"
    for number, one in enumerate(told, 1):
        yield ""
        yield from _parting(number, one)
    yield ""
    counted = f"{found.exchanges:,} exchanges compared, {found.cases:,} cases to their end"
    yield f"{CONCLUSIONS[code]}  {sum(one.counts for one in told)} divergences; {counted}"


def _kind(kind: tuple[str, str, str]) -> str:
    operation, aspect, place = kind
    return f"{operation or 'no operation'}: {aspect}" + (f" of {place}" if place else "")


def _parting(number: int, parting: Parting) -> Iterator[str]:
    divergence = parting.divergence
    yield f"{number}. {visible(_kind(divergence.kind))}"
    yield f"   first:  {visible(divergence.unlike.first, _LONGEST)}"
    yield f"   second: {visible(divergence.unlike.second, _LONGEST)}"
    if parting.once:
        yield "   seen once; it does not count"
    yield f"   seen in {visible(divergence.case)}, call {divergence.number}"
    for other in parting.also:
        told = (visible(text, _LONGEST) for text in (other.unlike.first, other.unlike.second))
        yield f"   with it {visible(other.unlike.aspect)} of {visible(other.unlike.place)}: {' / '.join(told)}"
    if parting.shown:
        yield f"   {len(parting.steps)} of {parting.of} steps show it:"
    elif parting.steps:
        yield f"   {parting.of} steps ({parting.why}):"
    else:
        yield f"   not played again: {parting.why}"
    for place, step in enumerate(parting.steps, 1):
        yield f"     {place}. {visible(_step(step), _LONGEST)}"


def _step(step: Mapping[str, Any]) -> str:
    if "act" in step:
        return f"{step['act']}({', '.join(step['arguments'])})"
    values = {name: text for name, _, text in step["parameters"]}
    operation = values.get("Operation") or values.get("Action") or "a call"
    own = [f"{name}={text}" for name, text in values.items() if name not in _BESIDE]
    account = f" by account {step['account']}" if step["account"] else ""
    message = " (a message)" if "message" in step else ""
    return " ".join([f"{operation}{account}{message}", *own])
