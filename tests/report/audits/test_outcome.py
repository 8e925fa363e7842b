"""What every report of an audit rests on: exit codes, files that nobody knows, conclusions, fingerprints."""

from __future__ import annotations

import pytest

from conformance.checks.alone import UNREADABLE
from conformance.errors import UsageError
from conformance.record.audited import Audited, FileAccount, Unread
from conformance.record.places import Place
from conformance.report.audits import exit_code
from conformance.report.audits.outcome import outcome_of
from tests.report.audits.conftest import Render, outcome, place, see


def files(*verdicts: str) -> Audited:
    """Return an outcome with a file of each verdict."""
    audited = Audited()
    for number, verdict in enumerate(verdicts):
        account = FileAccount(file=f"{number}", format="HAR", entries=1)
        audited.files[number] = account
        match verdict:
            case "does not conform":
                account.judged = account.failed = 1
            case "warned":
                account.judged = account.warned = 1
            case "not read":
                account.unread = 1
                audited.unread.append(Unread(place=Place(source=number, file=str(number)), reason="cut"))
            case "conforms":
                account.judged = 1
    return audited


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (("conforms",), 0),
        (("conforms", "not measured"), 0),
        (("warned",), 0),
        (("does not conform", "not read", "conforms"), 1),
        (("not read", "conforms", "not measured"), 2),
        (("not read", "not measured"), 2),
        (("not measured",), 5),
        ((), 5),
    ],
)
def test_the_exit_code_is_that_of_the_worst_verdict(verdicts: tuple[str, ...], code: int) -> None:
    """Does not conform, before not read, before conforms, before nothing measured."""
    assert exit_code(files(*verdicts)) == code


def test_warnings_count_where_they_are_asked_to() -> None:
    assert exit_code(files("warned"), fail_on="should") == 1


@pytest.mark.parametrize(("verdict", "code"), [("conforms", 3), ("not read", 3), ("does not conform", 1)])
def test_an_interrupted_audit_is_no_verdict_unless_something_failed(verdict: str, code: int) -> None:
    audited = files(verdict)
    audited.interrupted = True
    assert exit_code(audited) == code


def test_a_fault_between_files_fails_though_no_file_does() -> None:
    """What only the order of several captures shows is in the account of none."""
    audited = files("conforms", "conforms")
    see(audited, "x", place())
    assert exit_code(audited) == 1


def test_files_that_nobody_knows_pass_where_they_may(render: Render) -> None:
    """As in a hook: what is no XML at all, or somebody else's, is neither told nor counted."""
    audited = Audited()
    audited.files[0] = FileAccount(file="page.xml", format="html", entries=1, unmeasured=1, reason="r")
    audited.files[1] = FileAccount(file="broken.xml", format=UNREADABLE, entries=1, judged=1, failed=1)
    audited.files[2] = FileAccount(file="other.har", format="HAR", entries=3, foreign=3)
    audited.files[3] = FileAccount(file="chart.yaml", format="", entries=1, unread=1)
    at = Place(source=3, file="chart.yaml")
    audited.unread.append(Unread(place=at, reason="no YAML"))
    see(audited, "junk", Place(source=1, file="broken.xml"), requirement=UNREADABLE)
    assert exit_code(audited) == 1
    assert exit_code(audited, pass_unknown=True) == 0
    for name in ("terminal", "jsonl", "sarif", "junit", "markdown"):
        told = render(name, audited, pass_unknown=True)
        assert not [word for word in ("page.xml", "broken", "other.har", "chart.yaml", "junk") if word in told]


def test_a_known_file_fails_among_unknown_ones() -> None:
    audited = files("does not conform")
    audited.files[1] = FileAccount(file="page.xml", format="html", entries=1, unmeasured=1)
    assert exit_code(audited, pass_unknown=True) == 1


def test_an_unknown_report_is_refused_with_the_known_ones(render: Render) -> None:
    with pytest.raises(UsageError, match="sarif"):
        render("sarf", Audited())


def test_the_fingerprint_depends_on_the_fault_and_not_on_its_places() -> None:
    """Nor on how often it was seen, nor on ids that differ from call to call."""
    first, again = outcome("x"), outcome("x", "x")
    see(again, "y", place(entry=9))
    prints = [[one.fingerprint for one in outcome_of(each, fail_on="must").faults] for each in (first, again)]
    assert prints[1][0] == prints[0][0]
    assert len(set(prints[1])) == 2
