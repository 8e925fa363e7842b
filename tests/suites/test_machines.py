"""The hunt for a sequence that breaks a rule: found, made small, the same for the same seed, and within its limits."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.errors import Blocked
from conformance.pytest_plugin.examples import Examples
from conformance.record.case_log import CaseLog
from conformance.record.events import Verdict
from conformance.suites.machines import Hunt, Moves, World, hunt
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

NAMED = ("ApproveAssignment.transition", "RejectAssignment.transition")


TRIED: list["Counting"] = []


class Counting:
    """A world in which ``b`` after ``a`` breaks one rule, and three times ``c`` another."""

    def __init__(self, one: Hunt, log: CaseLog, faults: frozenset[str]) -> None:
        self.done = ""
        TRIED.append(self)
        self._one, self._log, self._faults = one, log, faults

    def moves(self) -> Moves:
        """Offer the letters."""
        moves = Moves()
        for letter in "abc":
            moves.offer(letter, self._doing(letter))
        return moves

    def _doing(self, letter: str) -> Callable[[], None]:
        def move() -> None:
            self.done += letter
            self._log.watch(exchange_of(self.done))
            pair, three = "pair" in self._faults and "a" in self.done, "three" in self._faults
            self._see(NAMED[0], not (pair and self.done.endswith("b")))
            self._see(NAMED[1], not (three and self.done.count("c") == 3))

        return move

    def _see(self, requirement: str, condition: bool) -> None:
        self._one.see(requirement, condition, where="the letters", expected="others", actual=self.done)


def exchange_of(text: str) -> Exchange:
    request = HttpRequest(method="GET", url=f"http://localhost/?{text}", headers=(), body=b"")
    return Exchange(
        request=request, response=HttpResponse(status=200, headers=(), body=b""), sent_at=0.0, received_at=0.0
    )


def hunted(
    *faults: str, seed: int = 1, most: int = 60, seconds: float | None = None, wanted: tuple[str, ...] = NAMED
) -> CaseLog:
    """Return the log of a hunt in a world with these faults."""
    log = CaseLog(
        "machines/letters",
        decides=wanted,
        version="2014-08-15",
        binding="query",
        wanted=wanted.__contains__,
        judging=lambda exchange, answer: (),
    )
    examples = Examples(
        most=most, seconds=seconds, seed=seed, shrinks=True, may_pay=True, log=log, wanted=wanted.__contains__
    )
    hunt(lambda one: Counting(one, log, frozenset(faults)), NAMED, examples, log)
    return log


def found(log: CaseLog) -> dict[str, str]:
    """Return what was found: requirement → the sequence that shows it."""
    return {one.requirement: one.actual for one in log.conclude(None, 0.0) if one.verdict is Verdict.FAIL}


def test_a_sequence_that_breaks_a_rule_is_made_small() -> None:
    assert found(hunted("pair")) == {NAMED[0]: "ab"}


def test_only_the_exchanges_of_what_was_found_are_kept() -> None:
    log = hunted("pair")
    assert [one.request.url.partition("?")[2] for one in log.exchanges] == ["a", "ab"] + [
        one.request.url.partition("?")[2] for one in log.exchanges[2:]
    ]
    verdict = next(one for one in log.conclude(None, 0.0) if one.verdict is Verdict.FAIL)
    assert verdict.exchanges == ("machines/letters|2014-08-15|query#2",)


def test_two_faults_are_two_findings_and_neither_hides_the_other() -> None:
    assert found(hunted("pair", "three")) == {NAMED[0]: "ab", NAMED[1]: "ccc"}


def test_what_is_not_selected_is_not_hunted() -> None:
    assert found(hunted("pair", "three", wanted=NAMED[1:])) == {NAMED[1]: "ccc"}


def test_the_same_seed_brings_the_same_sequences() -> None:
    first, again, other = tried(5), tried(5), tried(6)
    assert first == again
    assert first != other


def test_modules_imported_beside_the_kit_change_no_sequence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis takes constants from them: a run in a process of the tests would else not be that of the command."""
    before = [tried(seed) for seed in range(8)]
    (tmp_path / "full_of_numbers.py").write_text(f"NUMBERS = {list(range(100, 255))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_numbers")
    try:
        assert [tried(seed) for seed in range(8)] == before
    finally:
        del sys.modules["full_of_numbers"]


def tried(seed: int) -> list[str]:
    """Return every sequence that a hunt has tried."""
    TRIED.clear()
    hunted(seed=seed)
    return [one.done for one in TRIED]


def test_no_time_is_no_example() -> None:
    log = hunted("pair", seconds=0.0)
    assert not log.exchanges
    assert log.conclude(None, 0.0) == []


def test_what_cannot_go_on_is_left_to_other_cases() -> None:
    log = hunted()
    examples = Examples(most=5, seconds=None, seed=1, shrinks=True, may_pay=True, log=log, wanted=NAMED.__contains__)

    def refuse(one: Hunt) -> World:
        raise Blocked("CreateHIT: refused")

    hunt(refuse, NAMED, examples, log)
    assert all(one.verdict is Verdict.PASS for one in log.conclude(None, 0.0))


def test_a_silent_endpoint_ends_the_hunt() -> None:
    log = hunted()
    examples = Examples(most=5, seconds=None, seed=1, shrinks=True, may_pay=True, log=log, wanted=NAMED.__contains__)

    def be_silent(one: Hunt) -> World:
        raise Blocked("CreateHIT: timeout", silent=True)

    with pytest.raises(Blocked):
        hunt(be_silent, NAMED, examples, log)


def test_what_was_found_is_told_though_there_is_no_time_to_make_it_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.suites.machines.MOST_SHRINKING", 0.0)
    log = hunted("pair")
    (sequence,) = found(log).values()
    assert "a" in sequence
    assert sequence.endswith("b")
    (verdict,) = (one for one in log.conclude(None, 0.0) if one.verdict is Verdict.FAIL)
    assert log.exchanges[int(verdict.exchanges[0].rpartition("#")[2]) - 1] == exchange_of(sequence)
