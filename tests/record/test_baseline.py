"""The baseline: what a run says of each entry, and how the file is read and changed."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import KitError, UsageError
from conformance.record.baseline import Baseline, Entry, Scope, compare, listed
from conformance.record.baseline_file import check_writable, read_baseline, rewrite
from conformance.record.events import Verdict, VerdictEvent
from conformance.record.known import Status
from conformance.record.signatures import digest_of
from conformance.spec.requirements import requirements

RUN = "ab12cd34"
NAME, OTHER = "RejectQualificationRequest.effect-list", "Common.Service.value"
SCOPE = Scope(
    run_id=RUN,
    profile="default",
    versions=("2006-10-31", "2014-08-15"),
    bindings=("query",),
    wanted=frozenset(requirements()),
    whole=False,
    today=date(2026, 6, 15),
)


def event(verdict: Verdict = Verdict.FAIL, **fields: Any) -> VerdictEvent:
    """Return a verdict on the requirement of these tests."""
    values = {
        "requirement": NAME,
        "case": "rejection/leaves-the-list",
        "version": "2014-08-15",
        "binding": "query",
        "level": "MUST",
        "expected": "no such request",
        "actual": "listed",
    }
    return VerdictEvent(verdict=verdict, **{**values, **fields})


PIN = digest_of(event(), RUN)


def entry(**fields: Any) -> Entry:
    """Return an entry that lists the failure of these tests."""
    values = {"number": 0, "requirement": NAME, "signature": PIN, "case": "rejection/leaves-the-list"}
    return Entry(**{**values, **fields})


def status(of: Entry, *events: VerdictEvent, **scope: Any) -> list[Status]:
    """Return what a run with these verdicts says of an entry."""
    return [one.status for one in compare(Baseline(path="b", entries=(of,)), events, replace(SCOPE, **scope))]


MET, BLOCKED, ERROR = event(Verdict.PASS), event(Verdict.BLOCKED), event(Verdict.ERROR)
BESIDE = event(Verdict.PASS, requirement=OTHER)


@pytest.mark.parametrize(
    ("of", "seen", "said"),
    [
        (entry(), [event()], Status.KNOWN),
        (entry(case=""), [event(case="another/case")], Status.KNOWN),
        (entry(), [event(Verdict.WARN)], Status.KNOWN),
        (entry(), [event(actual="listed twice")], Status.CHANGED),
        (entry(), [event(actual="listed twice"), event()], Status.KNOWN),
        (entry(), [MET], Status.PASSES),
        (entry(), [event(Verdict.OBSERVED)], Status.PASSES),
        (entry(flaky=True), [MET], Status.MET),
        (entry(flaky=True), [event()], Status.KNOWN),
        (entry(), [BLOCKED], Status.UNMEASURED),
        (entry(), [ERROR], Status.UNMEASURED),
        (entry(), [event(Verdict.NOT_MEASURED)], Status.UNMEASURED),
        (entry(), [], Status.UNMEASURED),
        (entry(), [BESIDE], Status.PASSES),
        (entry(), [BESIDE, replace(BLOCKED, requirement=OTHER)], Status.UNMEASURED),
        (entry(requirement="No.such"), [], Status.GONE),
        (entry(expires=date(2026, 6, 15)), [event()], Status.KNOWN),
        (entry(expires=date(2026, 6, 14)), [event()], Status.EXPIRED),
        (entry(expires=date(2026, 6, 14)), [], Status.UNMEASURED),
        (entry(versions=("2006-10-31",)), [event()], Status.UNMEASURED),
        (entry(versions=("2007-06-21",)), [event()], Status.UNMEASURED),
        (entry(bindings=("soap",)), [event()], Status.UNMEASURED),
    ],
)
def test_each_entry_has_a_status(of: Entry, seen: list[VerdictEvent], said: Status) -> None:
    """Only what was run can be stale; what was not selected, blocked, or spoiled by the kit is neither."""
    assert status(of, *seen) == [said]


def test_a_run_of_everything_knows_what_is_gone() -> None:
    """A case that nothing was said of, in a run that leaves nothing out, is not there any more."""
    assert status(entry(), whole=True) == [Status.GONE]
    assert status(entry(), wanted=frozenset({OTHER}), whole=False) == [Status.UNMEASURED]


def test_a_requirement_that_was_not_selected_is_neither() -> None:
    """Its case may have been run for the sake of another one."""
    assert status(entry(), BESIDE, wanted=frozenset({OTHER})) == [Status.UNMEASURED]


def test_each_version_that_is_named_counts_by_itself() -> None:
    """What is mended in one version is stale though it is broken in the other."""
    both = entry(versions=("2006-10-31", "2014-08-15"))
    assert status(both, event(), event(Verdict.PASS, version="2006-10-31")) == [Status.PASSES, Status.KNOWN]


def test_an_entry_of_another_profile_is_passed_over() -> None:
    """It neither lists anything nor is stale."""
    staging = entry(profiles=("staging",))
    assert status(staging, MET) == []
    assert listed(Baseline(path="b", entries=(staging,)), event(), SCOPE) is None
    assert listed(Baseline(path="b", entries=(staging,)), event(), replace(SCOPE, profile="staging")) == staging


def test_the_signature_is_the_same_in_another_run() -> None:
    """Run id, ids, times, numbers that came back, and places in lists differ; what is wrong does not."""
    told = "request {} of 'worker {} 0a1b2c3d 4' at {}: {} listed"
    first = event(where="/R/Item[2]/Id", actual=told.format("2ABC3DEF4GHI", RUN, "2026-06-15T10:00:00Z", 7))
    second = event(where="/R/Item[31]/Id", actual=told.format("29ZYX8WVU7", "ffff0000", "2026-06-16T11:11:11Z", 12))
    assert digest_of(first, RUN) == digest_of(second, "ffff0000")


@pytest.mark.parametrize(
    "other",
    [{"where": "/R/Other"}, {"expected": "something else"}, {"actual": "gone"}, {"reason": "HIT: lacking"}],
    ids=str,
)
def test_the_signature_tells_failures_apart(other: dict[str, str]) -> None:
    """A second bug of the same requirement and case is news."""
    assert digest_of(event(**other), RUN) != PIN
    assert digest_of(event(actual="HTTP 500"), RUN) != digest_of(event(actual="HTTP 400"), RUN)


WRITTEN = """\
# ours
schema = 1
seed = 7

[[known]]
requirement = "A.one"   # a remark
case = "a/one"
version = ["2006-10-31", "2014-08-15"]
signature = "111111111111"
reason = "by design"
owner = "kim"
ticket = "X-1"
expires = 2031-12-31

# about the second
[[known]]
requirement = "A.two"
signature = "222222222222"
binding = "soap"
flaky = true
expires = "2031-01-02"
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    """Texts stand for lists of one; dates may be texts."""
    path = tmp_path / "b.toml"
    path.write_text(WRITTEN)
    read = read_baseline(path)
    assert read.seed == 7
    assert read.entries == (
        Entry(
            number=0,
            requirement="A.one",
            case="a/one",
            versions=("2006-10-31", "2014-08-15"),
            signature="111111111111",
            reason="by design",
            owner="kim",
            ticket="X-1",
            expires=date(2031, 12, 31),
        ),
        Entry(
            number=1,
            requirement="A.two",
            signature="222222222222",
            bindings=("soap",),
            flaky=True,
            expires=date(2031, 1, 2),
        ),
    )


ONE = '[[known]]\nrequirement = "A.b"\nsignature = "1"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema = 2", "update the kit"),
        ("seed = 'x'", "seed"),
        ("known = 3", "[[known]]"),
        ("knwon = []", "did you mean known?"),
        ("[[known]]\nsignature = '1'", "entry 1: requirement is missing"),
        ("[[known]]\nrequirement = 'A.b'", "entry 1: signature is missing"),
        (f"{ONE}resaon = 'x'", "did you mean reason?"),
        (f"{ONE}version = '2014-08-51'", "did you mean 2014-08-15?"),
        (f"{ONE}binding = 'spoa'", "did you mean soap?"),
        (f"{ONE}expires = 2031-12-31T00:00:00Z", "expected a date"),
        (f"{ONE}expires = 'soon'", "no date"),
        (f"{ONE}expires = 3", "expected a date"),
        (f"{ONE}flaky = 1", "true or false"),
        (f"{ONE}profile = [1]", "a list of texts"),
        (f"{ONE}reason = 1", "expected a text"),
        ("[[known", "not TOML"),
        ("\udcff", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """File, entry and reason are named."""
    path = tmp_path / "b.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as refused:
        read_baseline(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_a_file_that_is_not_there_is_empty_only_where_it_will_be_written(tmp_path: Path) -> None:
    """A slip in its name must not pass for an empty baseline."""
    with pytest.raises(UsageError, match="no such file"):
        read_baseline(tmp_path / "b.toml")
    assert read_baseline(tmp_path / "b.toml", may_lack=True).entries == ()
    with pytest.raises(UsageError, match="directory"):
        read_baseline(tmp_path)


def test_changing_a_file_keeps_what_people_wrote(tmp_path: Path) -> None:
    """Comments, order, reasons and owners stay; only what is named changes."""
    path = tmp_path / "b.toml"
    path.write_text(WRITTEN)
    rewrite(
        path,
        added=[(event(actual="li\x1bsted\n" + "x" * 400), PIN)],
        repinned={1: (event(), PIN)},
        removed=[],
        narrowed={0: {"version": ["2014-08-15"], "binding": []}},
        seed=9,
    )
    text = path.read_text()
    for kept in ("# ours", "# a remark", "# about the second", 'owner = "kim"', "expires = 2031-12-31", "seed = 9"):
        assert kept in text
    first, second, third = read_baseline(path).entries
    assert first.versions == ("2014-08-15",)
    assert (second.signature, second.flaky) == (PIN, True)
    assert (third.requirement, third.case, third.versions, third.signature) == (
        NAME,
        "rejection/leaves-the-list",
        ("2014-08-15",),
        PIN,
    )
    assert max(map(len, text.splitlines())) < 220
    assert "\x1b" not in text
    rewrite(path, added=[], repinned={}, removed=[0, 1, 2], narrowed={}, seed=9)
    assert read_baseline(path).entries == ()
    assert "# ours" in path.read_text()


def test_a_new_file_says_what_it_is(tmp_path: Path) -> None:
    """It names the seed that brings the same failures again."""
    path = tmp_path / "b.toml"
    rewrite(path, added=[(event(), PIN)], repinned={}, removed=[], narrowed={}, seed=5)
    assert path.read_text().startswith("# Failures of the endpoint that are known")
    assert read_baseline(path).seed == 5
    assert compare(read_baseline(path), [event()], SCOPE)[0].status is Status.KNOWN


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Before the run where that can be seen, and else after it; no half of a file is left."""
    for path in (tmp_path, tmp_path / "none" / "b.toml"):
        with pytest.raises(UsageError, match="cannot write the baseline"):
            check_writable(path)
    with pytest.raises(KitError, match="cannot write the baseline"):
        rewrite(tmp_path / "none" / "b.toml", added=[], repinned={}, removed=[], narrowed={}, seed=1)
    assert list(tmp_path.iterdir()) == []
