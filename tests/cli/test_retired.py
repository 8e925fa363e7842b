"""An endpoint that plays the retired service: its notice is all that can be measured of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.pytest_plugin.session import RETIRED
from conformance.record.events import Verdict
from conformance.spec.requirements import requirements

if TYPE_CHECKING:
    from tests.conftest import Kit

NOTICE = "Common.Version.retirement-message"


def test_nothing_is_held_against_a_retired_endpoint(kit: Kit) -> None:
    """Over the whole catalogue: the notice is observed, all else is not measured, for that one reason."""
    outcome = kit.judge("--plays", "retired", "--version", "2014-08-15")
    verdicts = kit.record().verdicts
    left_out = [event for event in verdicts if event.requirement != NOTICE]
    assert outcome.code == 0
    assert kit.named(Verdict.OBSERVED) == {NOTICE}
    assert {event.verdict for event in left_out} == {Verdict.NOT_MEASURED}
    untestable = {requirement.untestable for requirement in requirements().values()}
    assert {event.reason for event in left_out} - untestable == {RETIRED}
    assert len(kit.record().exchanges) == 2, "the notice alone is asked for"


def test_a_retired_endpoint_is_asked_for_nothing_else(kit: Kit) -> None:
    """A selection without the notice measures nothing, and says why."""
    outcome = kit.judge("--plays", "retired", "--select", "Common.Operation.names", "--select", "Common.Signature.*")
    assert outcome.code == 5
    assert "the endpoint plays the retired service" in outcome.out
    assert kit.named(Verdict.FAIL) == set()


def test_no_traceback_is_made_of_what_is_not_measured(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than most cases, and nobody is shown it."""

    def made(*_: object, **__: object) -> str:
        raise AssertionError("a traceback was made")

    with monkeypatch.context() as patch:
        patch.setattr(pytest.Function, "_repr_failure_py", made)
        outcome = kit.judge("--plays", "retired", "--select", "Common.Operation.names")
    assert (outcome.code, outcome.err) == (5, "")
