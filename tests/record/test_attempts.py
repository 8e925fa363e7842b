"""Several runs of one case are told as one, and nothing that was missed is hidden."""

from conformance.record.attempts import merged
from conformance.record.events import Verdict, VerdictEvent


def said(verdict: Verdict, requirement: str = "A.b", actual: str = "") -> VerdictEvent:
    """Return a verdict on a requirement."""
    return VerdictEvent(
        requirement=requirement,
        case="a/b",
        version="2014-08-15",
        binding="query",
        level="MUST",
        verdict=verdict,
        actual=actual,
    )


PASS, FAIL = said(Verdict.PASS), said(Verdict.FAIL)


def told(*attempts: list[VerdictEvent]) -> list[tuple[Verdict, int, int]]:
    """Return verdict, runs and misses of what is left of some attempts."""
    return [(one.verdict, one.runs, one.missed) for one in merged(attempts)]


def test_one_run_is_told_as_it_is() -> None:
    """No rate stands beside what was run once."""
    assert merged([[PASS, FAIL]]) == [PASS, FAIL]


def test_a_miss_stands_whatever_other_runs_say() -> None:
    """With its rate, by which flaky differs from failing."""
    assert told([PASS], [FAIL], [PASS]) == [(Verdict.FAIL, 3, 1)]
    assert told([FAIL], [FAIL]) == [(Verdict.FAIL, 2, 2)]
    assert told([PASS], [PASS]) == [(Verdict.PASS, 2, 0)]
    (flaky,), (failing,) = merged([[PASS], [FAIL]]), merged([[FAIL], [FAIL]])
    assert (flaky.flaky, failing.flaky) == (True, False)


def test_runs_that_measured_nothing_do_not_count() -> None:
    """A blocked run says nothing of the rate."""
    assert told([said(Verdict.BLOCKED)], [FAIL]) == [(Verdict.FAIL, 1, 0)]
    assert told([said(Verdict.BLOCKED)], [PASS]) == [(Verdict.PASS, 1, 0)]
    assert told([said(Verdict.BLOCKED)], [said(Verdict.NOT_MEASURED)]) == [(Verdict.BLOCKED, 1, 0)]


def test_the_first_miss_is_kept_with_all_its_findings() -> None:
    """Findings of one run belong together; those of others are counted only."""
    first, second = said(Verdict.FAIL, actual="one"), said(Verdict.FAIL, actual="two")
    kept = merged([[PASS], [first, second], [second]])
    assert [(one.actual, one.missed, one.runs) for one in kept] == [("one", 2, 3), ("two", 2, 3)]


def test_requirements_are_told_apart() -> None:
    """One may be flaky while the other is met."""
    other = said(Verdict.PASS, "C.d")
    assert [(one.requirement, one.flaky) for one in merged([[PASS, other], [FAIL, other]])] == [
        ("A.b", True),
        ("C.d", False),
    ]


def test_an_error_of_the_kit_is_never_dropped() -> None:
    """It makes the run one without a verdict."""
    assert told([PASS], [said(Verdict.ERROR)]) == [(Verdict.PASS, 1, 0), (Verdict.ERROR, 1, 0)]
    assert told([FAIL], [said(Verdict.ERROR)], [PASS])[0] == (Verdict.FAIL, 2, 1)
