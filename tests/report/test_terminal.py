"""The reports: what they say, whatever the layout."""

import json
import re
from dataclasses import replace
from io import StringIO

import pytest

from conformance.errors import UsageError
from conformance.record.clock import Clock
from conformance.record.events import End, Level, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report import REPORTS, render
from conformance.report.visible import visible
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

EFFECT, KEY, ALGORITHM = "GrantQualification.effect", "Common.AWSAccessKeyId.required", "Common.Signature.v0-algorithm"
HOSTILE = (
    "[bold red]x[/bold red] [/] \x1b[2J\x1b]0;owned\x07 \u202eevil\nFAIL  forged  MUST\r\x9b31m :smile: [link=http://x]"
)
WORKER = "A1B2C3D4E5F6G7"


def verdict(requirement: str, verdict: str, level: Level = "MUST", **more: object) -> VerdictEvent:
    fields = {"case": requirement, "version": "2014-08-15", "binding": "query", **more}
    return VerdictEvent(requirement=requirement, level=level, verdict=Verdict(verdict), **fields)  # type: ignore[arg-type]


def record(*verdicts: VerdictEvent, end: End | None = None, truncated: bool = False, reply: bytes = b"") -> Record:
    header = RunHeader(
        kit="0.1.0",
        run_id="3f9a",
        seed=7,
        url="http://127.0.0.1:8000/",
        profile="embedded",
        versions=("2014-08-15",),
        bindings=("query",),
        selection=(),
        started_at="2026-01-01T00:00:00Z",
    )
    body = f"Operation=GetQualificationScore&AWSAccessKeyId=REDACTED&Signature=REDACTED&SubjectId={WORKER}".encode()
    exchange = Exchange(
        request=HttpRequest(method="POST", url="http://127.0.0.1:8000/", body=body),
        response=HttpResponse(status=200, body=reply),
        sent_at=0.0,
        received_at=0.0,
    )
    return Record(
        path="runs/a b.jsonl",
        header=header,
        exchanges={"x#1": exchange},
        verdicts=verdicts,
        end=end,
        truncated=truncated,
    )


FOUND = (
    verdict(
        EFFECT, "fail", case=f"{EFFECT}/one", where="/R/Status", expected="Granted", actual=HOSTILE, exchanges=("x#1",)
    ),
    verdict(
        EFFECT, "fail", case=f"{EFFECT}/two", where="/R/Status", expected="Granted", actual=HOSTILE, exchanges=("x#1",)
    ),
    verdict(KEY, "warn", "SHOULD", where="AWSAccessKeyId", expected="an error", actual=f"success for {WORKER}"),
    verdict(ALGORITHM, "blocked", reason="CreateQualificationType fails"),
    verdict("RejectQualificationRequest.effect", "not measured", reason="no Worker driver"),
    verdict("Unheard.of", "error", reason="KeyError: 'x'"),
    verdict("Common.Help", "observed", "MAY", actual="four operations"),
    verdict("Common.Signature.required", "pass"),
)
END = End(finished_at="2026-01-01T00:00:09Z", exit_code=1)


def report(name: str, shown: Record) -> str:
    out = StringIO()
    render(name, shown, out)
    return out.getvalue()


def test_the_difference_of_the_clocks_is_a_note() -> None:
    """In the reports for people and for programs, and in neither where no reply tells the time."""
    clock = Clock(ahead=-7.5, error=0.02, source="Date", samples=30, agreeing=30)
    told = replace(record(*FOUND, end=END), clock=clock)
    assert "clock is 7.5 s behind this one, give or take 0.02 s, by the Date of 30 replies." in report("terminal", told)
    found = json.loads(report("json", told))
    assert found["clock"] == {
        "ahead": -7.5,
        "error": 0.02,
        "source": "Date",
        "samples": 30,
        "agreeing": 30,
        "steady": True,
    }
    assert found["exit_code"] == END.exit_code
    assert "Time:" not in report("terminal", record(*FOUND, end=END))
    assert json.loads(report("json", record(*FOUND, end=END)))["clock"] is None


class Terminal(StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_failure_is_told_with_everything_that_it_takes_to_see_it_again() -> None:
    """Id, level, sentence, where, expected, actual, source, replay and curl line; two sightings are one entry."""
    text = report("terminal", record(*FOUND, end=END))
    (head,) = re.findall(r"^FAIL .*$", text, re.MULTILINE)
    assert head.split() == ["FAIL", EFFECT, "MUST", "seen", "2", "times"]
    known = requirements()[EFFECT]
    for part in (known.text, known.source, "/R/Status", "Granted", f"{EFFECT}/one|2014-08-15|query"):
        assert part in text
    assert f"mturk-conformance replay 'runs/a b.jsonl' {EFFECT}" in text
    assert re.search(r"curl -sS http://127\.0\.0\.1:8000/ .*Operation=GetQualificationScore.*openssl", text)


def test_warnings_errors_and_the_undecided_are_told_with_their_reasons() -> None:
    """Each verdict has its place, with what it is about."""
    text = report("terminal", record(*FOUND, end=END))
    assert re.search(rf"^WARN +{re.escape(KEY)} +SHOULD$", text, re.MULTILINE)
    assert re.search(r"^ERROR +Unheard\.of", text, re.MULTILINE)
    assert "KeyError: 'x'" in text
    assert re.search(rf"^CreateQualificationType fails .*\n +{re.escape(ALGORITHM)}$", text, re.MULTILINE)
    assert re.search(r"^no Worker driver .*\n +RejectQualificationRequest.effect$", text, re.MULTILINE)
    assert "Common.Help: four operations" in text


@pytest.mark.parametrize(
    ("end", "last"),
    [
        (END, "DOES NOT CONFORM  2 of 5 MUSTs measured; exit code 1: the endpoint missed what the run demanded"),
        (
            End(finished_at="", exit_code=0),
            "CONFORMS AS FAR AS MEASURED  2 of 5 MUSTs measured; exit code 0: the endpoint met",
        ),
        (None, "NOT JUDGED: the run was cut short  2 of 5 MUSTs measured; exit code 3: "),
    ],
)
def test_the_last_line_is_the_conclusion(end: End | None, last: str) -> None:
    """It says what the verdict is, how much it rests on, and what the exit code means."""
    assert report("terminal", record(*FOUND, end=end)).splitlines()[-1].startswith(last)


def test_a_record_cut_short_says_so() -> None:
    """The reader learns that the end is missing, and why the run ended early where that is known."""
    assert "The last line of the record is cut short" in report("terminal", record(truncated=True))
    early = End(finished_at="", exit_code=3, interrupted=True, reason="Ctrl-C\x1b[0m")
    assert "The run ended early: Ctrl-C\\x1b[0m" in report("terminal", record(end=early))


@pytest.mark.parametrize("name", REPORTS)
def test_what_an_endpoint_sent_cannot_act_on_the_terminal(name: str) -> None:
    """Escapes, carriage returns and direction marks are shown, markup is text, and no line can be forged."""
    text = report(name, record(*FOUND, end=END, reply=HOSTILE.encode()))
    assert all(character.isprintable() or character == "\n" for character in text)
    if name != "badge":  # which shows nothing of it
        assert "[bold red]x[/bold red] [/] " in text
        assert ":smile: [link=http://x]" in text
    assert not re.search(r"^FAIL +forged", text, re.MULTILINE)


def test_on_a_terminal_only_the_report_itself_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours are there, narrow terminals get no line cut, and the lines to copy are in one piece."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    render("terminal", record(*FOUND, end=END), out)
    coloured = out.getvalue()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain != coloured
    assert all(character.isprintable() or character == "\n" for character in plain)
    assert f"replay    mturk-conformance replay 'runs/a b.jsonl' {EFFECT}\n" in plain
    folded = " ".join(plain.split())
    assert requirements()[EFFECT].text in folded


@pytest.mark.parametrize("name", REPORTS)
def test_workers_are_named_by_pseudonyms(name: str) -> None:
    """No report holds a Worker id; what a verdict said of one is said of the pseudonym."""
    text = report(name, record(*FOUND, end=END))
    assert WORKER not in text
    assert ("success for worker-1" in text) == (name not in ("har", "badge"))  # which hold no verdicts


def test_the_json_report_is_stable_and_says_the_same() -> None:
    """Programs find conclusion, counts, findings and groups."""
    text = report("json", record(*FOUND, end=END))
    assert text == report("json", record(*FOUND, end=END))
    told = json.loads(text)
    assert (told["conclusion"], told["exit_code"], told["musts"]) == (
        "DOES NOT CONFORM",
        1,
        {"measured": 2, "total": 5},
    )
    (failure,) = told["failures"]
    assert (failure["requirement"], failure["count"], failure["actual"]) == (EFFECT, 2, HOSTILE)
    assert failure["curl"].startswith("curl -sS ")
    assert told["blocked"] == [{"cause": "CreateQualificationType fails", "requirements": [ALGORITHM], "cases": 1}]
    assert told["not_measured"][0]["reason"] == "no Worker driver"
    assert told["levels"]["MUST"]["counts"]["fail"] == 1
    assert told["articles"]["Common"]["total"] == 4
    assert {entry["id"]: entry["verdict"] for entry in told["requirements"]}[KEY] == "warn"
    assert told["run"]["run_id"] == "3f9a"


def test_an_empty_record_is_reported() -> None:
    """A run that was killed at once has nothing to tell, and says so."""
    assert "0 of 0 MUSTs measured; exit code 3" in report("terminal", record())
    assert json.loads(report("json", record()))["interrupted"] is True


def test_an_unknown_report_names_the_nearest() -> None:
    """A slip of the pen is told from a missing feature."""
    with pytest.raises(UsageError, match=r"no report 'jason'; did you mean json\? Known: terminal, json"):
        render("jason", record(), StringIO())


def test_long_texts_are_cut_with_their_length() -> None:
    """A reply of megabytes does not bury the report."""
    assert visible("x" * 2_000) == "x" * 1_000 + "… (2000 characters)"
    assert visible("a\tb\ud800") == "a\\tb\\ud800"


def test_a_plain_report_has_no_line_wider_than_its_text() -> None:
    """Lines are neither folded nor padded to a width."""
    lines = report("terminal", record(*FOUND, end=END)).splitlines()
    assert all(len(line) - len(line.rstrip()) < 80 for line in lines)
