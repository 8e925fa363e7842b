"""The table of what was new, known, stale, declared and flaky, and the conclusion that goes with it."""

from typing import Any

import pytest

from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.gate import fails, flaky, lines
from conformance.record.known import Compared, Row, Status
from conformance.record.reader import Record, told_known
from conformance.record.signatures import digest_of
from conformance.record.summary import summarise

RUN = "ab12cd34"


def event(requirement: str, verdict: Verdict = Verdict.FAIL, **fields: Any) -> VerdictEvent:
    """Return a verdict of a case named as its requirement."""
    values = {"case": requirement, "version": "2014-08-15", "binding": "query", "level": "MUST", "actual": "no"}
    return VerdictEvent(requirement=requirement, verdict=verdict, **{**values, **fields})


def row(requirement: str, status: Status, **fields: Any) -> Row:
    """Return the row of an entry that pins `event`."""
    values = {"case": requirement, "version": "2014-08-15", "signature": digest_of(event(requirement), RUN)}
    return Row(requirement=requirement, status=status, **{**values, **fields})


def record(*events: VerdictEvent, rows: tuple[Row, ...] | None = (), code: int = 0, **header: Any) -> Record:
    """Return a record with these verdicts, as it is read."""
    empty: dict[str, Any] = dict.fromkeys(("versions", "bindings", "selection"), ())
    texts = dict.fromkeys(("kit", "url", "profile", "started_at"), "")
    top = RunHeader(run_id=RUN, seed=1, **empty, **texts, **header)
    end = End(finished_at="", exit_code=code, baseline=None if rows is None else Compared(path="b.toml", rows=rows))
    return Record(path="r", header=top, verdicts=told_known(events, top, end), end=end)


FLAKY = event("F.f", runs=3, missed=1)
ALL = record(
    event("N.n"),
    event("K.one"),
    event("K.one", case="another"),
    event("D.d"),
    event("W.w", Verdict.WARN),
    FLAKY,
    event("P.p", Verdict.PASS),
    rows=(
        row("K.one", Status.KNOWN, reason="why", owner="kim", ticket="X-1", expires="2031-12-31"),
        row("K.one", Status.KNOWN, case="another", reason="why", owner="kim", ticket="X-1", expires="2031-12-31"),
        row("P.p", Status.PASSES),
        row("U.u", Status.UNMEASURED),
    ),
    code=1,
    flaky="warn",
    deviations={"D.d": "ours", "D.unused": "ours too"},
)


def test_the_table_begins_with_what_fails() -> None:
    """Equal things about a requirement are one line with its cases."""
    told = [(line.status, line.requirement, len(line.cases), line.fails) for line in lines(ALL)]
    assert told == [
        ("new", "N.n", 1, True),
        ("passes now", "P.p", 1, True),
        ("flaky", "F.f", 1, False),
        ("deviation", "D.d", 1, False),
        ("known", "K.one", 2, False),
        ("not measured", "U.u", 1, False),
        ("not missed", "D.unused", 0, False),
    ]
    why = {line.requirement: line.why for line in lines(ALL)}
    assert why["K.one"] == "why; kim; X-1; until 2031-12-31"
    assert (why["D.d"], why["N.n"]) == ("ours", "")


def test_without_baseline_and_deviations_there_is_no_table() -> None:
    """A plain run is told as before."""
    assert lines(record(event("N.n"), rows=None)) == ()
    assert flaky(ALL) == (FLAKY,)


def test_a_warning_fails_where_that_was_asked_for() -> None:
    """The record knows what the run demanded."""
    warned = event("W.w", Verdict.WARN)
    assert not fails(record(warned), warned)
    assert fails(record(warned, fail_on="should"), warned)


def test_another_signature_is_not_known() -> None:
    """Nor is another case, nor a row that is not in force."""
    listed = (row("K.one", Status.KNOWN), row("E.e", Status.EXPIRED))
    told = record(event("K.one", actual="other"), event("K.one", case="other"), event("E.e"), rows=listed)
    assert [one.known for one in told.verdicts] == [None, None, None]


@pytest.mark.parametrize(
    ("told", "conclusion"),
    [
        (record(event("K.k"), rows=(row("K.k", Status.ADDED),)), "DOES NOT CONFORM, BUT NOTHING IS NEW"),
        (record(event("D.d"), deviations={"D.d": "ours"}), "CONFORMS BUT FOR DECLARED DEVIATIONS"),
        (record(FLAKY, flaky="warn"), "CONFORMS BUT FOR WHAT IS FLAKY"),
        (record(event("A.b", Verdict.PASS), rows=(row("A.b", Status.PASSES),), code=1), "THE BASELINE IS OUT OF DATE"),
        (record(event("A.b"), code=1), "DOES NOT CONFORM"),
        (record(event("A.b", Verdict.PASS)), "CONFORMS"),
    ],
)
def test_no_more_is_claimed_than_is_true(told: Record, conclusion: str) -> None:
    """An exit code of 0 is no claim of conformance where something was missed."""
    assert summarise(told).conclusion == conclusion
