"""The short way through an audit and the long one, over what suites really call and a service really answers."""

from typing import Any

from conformance.traffic import plain
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options

SELECTION = ("GetAssignmentsForHIT*", "SearchHITs*", "GrantBonus*", "RejectAssignment*")


def test_both_ways_show_the_same_of_a_run(kit: Any, monkeypatch: Any) -> None:
    """Findings, places, counts and coverage are equal; most of the replies are plain."""
    selected = [argument for one in SELECTION for argument in ("--select", one)]
    assert kit.judge("--version", "2014-08-15", *selected).code == 0
    taken: list[bool] = []
    take = plain.PlainTraffic.take

    def noted(self: plain.PlainTraffic, *told: Any) -> bool:
        taken.append(take(self, *told))
        return taken[-1]

    monkeypatch.setattr(plain.PlainTraffic, "take", noted)
    source = Source(number=0, path=str(kit.record_path))
    short = audit_all([source], Options())
    assert short == audit_all([source], Options(remembers=False))
    assert short.files[0].judged > 300
    assert sum(taken) > 0.5 * short.files[0].judged
