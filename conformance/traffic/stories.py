"""What the exchanges of a capture show together, once all its parts are."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import overload

from conformance.checks.finding import Finding, Outcome
from conformance.checks.history import HISTORY, judge_facts
from conformance.checks.history_facts import Fact, unpacked
from conformance.record.audited import Audited
from conformance.record.places import place_of, told_in
from conformance.traffic.folding import Seen, fold


def judge_stories(audited: Audited) -> None:
    """Judge what the exchanges of each file tell, which has to be in the order of places."""
    for _, group in groupby(audited.history, key=lambda one: place_of(one).source):
        of_file = list(group)
        facts = _Unpacked(of_file)
        for number, finding in judge_facts(facts):
            _fold(finding, of_file[number], audited)
    if audited.history_cut and audited.history:
        actual = f"the capture has more exchanges than the {len(audited.history)} that were looked at together"
        finding = Finding(requirement=HISTORY, outcome=Outcome.SEEN, actual=actual)
        _fold(finding, audited.history[-1], audited)


def _fold(finding: Finding, told: bytes, audited: Audited) -> None:
    fact = unpacked(told_in(told))
    place = place_of(told)
    place = replace(place, file=audited.files[place.source].file)
    fold([finding], Seen(place=place, version=fact.version, binding=fact.binding), audited)


class _Unpacked(Sequence[Fact]):
    """Facts, unpacked whenever they are asked for."""

    def __init__(self, told: Sequence[bytes]) -> None:
        self._told = told

    def __len__(self) -> int:
        return len(self._told)

    @overload
    def __getitem__(self, at: int) -> Fact: ...

    @overload
    def __getitem__(self, at: slice) -> "_Unpacked": ...

    def __getitem__(self, at: int | slice) -> "Fact | _Unpacked":
        return _Unpacked(self._told[at]) if isinstance(at, slice) else unpacked(told_in(self._told[at]))
