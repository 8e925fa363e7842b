"""Findings: the three outcomes, and how much of a reply they quote."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.finding import LONGEST_QUOTE, Finding, Outcome, check, check_for, decide, met, missed, seen


def test_what_is_met_says_where_only() -> None:
    """There is nothing to expect and nothing to quote."""
    assert met("R", "/a") == Finding(requirement="R", outcome=Outcome.MET, where="/a")
    assert decide("R", True, where="/a", expected="x", actual="y") == met("R", "/a")


def test_what_is_missed_says_what_was_expected_and_what_came() -> None:
    """By decision or directly."""
    finding = missed("R", where="/a", expected="x", actual="y", note="n")
    assert finding == decide("R", False, where="/a", expected="x", actual="y", note="n")
    assert (finding.outcome, finding.expected, finding.actual, finding.note) == (Outcome.MISSED, "x", "y", "n")


@given(text=st.text(max_size=20), times=st.integers(1, 400))
def test_a_quote_has_a_limit(text: str, times: int) -> None:
    """A reply of some megabytes must not come back as a finding of that size; the cut is told."""
    long = text * times
    for finding in (missed("R", where=long, expected="x", actual=long), seen("R", where=long, actual=long)):
        for quote in (finding.where, finding.actual):
            assert len(quote) <= LONGEST_QUOTE + 30
            assert quote == long or quote.endswith(f"… ({len(long)} characters)")
            assert quote[:LONGEST_QUOTE] == long[:LONGEST_QUOTE]


def test_a_check_names_what_it_decides() -> None:
    """Each id once; an id that is no requirement is one that its findings could bear, and decides nothing."""

    @check("Common.REST.get", "GrantBonus.pays", "Common.REST.get", "GrantBonus.no-such-thing")
    def nothing(reading: object) -> list[Finding]:
        return []

    assert nothing.decides == {"Common.REST.get", "GrantBonus.pays"}
    assert set(nothing.ids()) == {*nothing.decides, "GrantBonus.no-such-thing"}


def test_judging_never_asks_a_check_for_its_ids() -> None:
    """To know them all may take every schema and every file of the catalogue."""

    def refuse() -> list[str]:
        raise AssertionError("asked")

    @check_for(refuse)
    def judged(reading: object) -> list[Finding]:
        return []

    assert list(judged.judge(None)) == []  # type: ignore[arg-type]  # the function looks at nothing
