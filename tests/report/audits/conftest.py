"""Outcomes of audits to render: of some hundred exchanges, and of hostile ones."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.record.audited import Audited, FaultKey, FileAccount, Sighting, Unread
from conformance.record.places import Place
from conformance.report.audits import render_audit
from conformance.strategies.bulk import bulk_exchanges
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options
from conformance.wire.messages import Exchange

VERSION = "2014-08-15"
KNOWN = "QuestionForm.question-identifier"
HOSTILE = "\x1b[2J|`` ](http://evil.example) <script>alert(1)</script> & {0} @somebody \u202e\x00 \\|"

Render = Callable[..., str]


def place(source: int = 0, **fields: int) -> Place:
    """Return a place in one of the files of `outcome`."""
    return Place(source=source, file=f"captures/{source}.har", **fields)


def outcome(*texts: str, grade: str = "fail", where: str = "/a/b", files: int = 1) -> Audited:
    """Return the outcome of an audit in which each text is what was found instead of something else, once."""
    audited = Audited()
    for number in range(files):
        audited.files[number] = FileAccount(
            file=place(number).file, format="HAR", entries=len(texts), judged=len(texts)
        )
    for number, text in enumerate(texts, 1):
        see(audited, text, place(entry=number, offset=number * 100), grade=grade, where=where)
    if grade != "observed":
        setattr(audited.files[0], {"fail": "failed", "warn": "warned"}[grade], len(texts))
    return audited


def see(
    audited: Audited, text: str, at: Place, *, grade: str = "fail", where: str = "/a/b", requirement: str = KNOWN
) -> None:
    """Add a sighting to an outcome."""
    level = {"fail": "MUST", "warn": "SHOULD", "observed": "MAY"}[grade]
    key = FaultKey(
        grade=grade,  # type: ignore[arg-type]
        requirement=requirement,
        level=level,
        version=VERSION,
        binding="query",
        difference="value",
        where=where,
        expected="e",
        actual=text,
    )
    audited.see(key, Sighting(place=at, where=where, actual=text), "e")


def spoiled(exchange: Exchange, number: int) -> Exchange:
    """Return every seventh exchange with a fault that does not depend on its operation."""
    if exchange.response is None or number % 7:
        return exchange
    body = exchange.response.body.replace(b"<IsValid>True</IsValid>", b"<IsValid>true</IsValid>")
    return replace(exchange, response=replace(exchange.response, body=body))


@pytest.fixture(scope="session")
def large() -> Audited:
    """Return the outcome of 300 exchanges in two files, of which one is spoiled in every seven and one is cut."""
    judging, audited = Judging(Options(keeps=True)), Audited()
    for number in range(2):
        audited.files[number] = FileAccount(file=place(number).file, format="HAR")
    for number, exchange in enumerate(itertools.islice(bulk_exchanges(1, VERSION), 300)):
        at = place(number % 2, entry=number // 2 + 1, offset=number * 4_000)
        cut = number == 150
        entry = (
            Entry(place=at, fault="its body is cut short")
            if cut
            else Entry(place=at, exchange=spoiled(exchange, number))
        )
        judging.take(entry, audited)
    return audited


@pytest.fixture
def hostile() -> Audited:
    """Return an outcome in which every text that comes from a capture wants to be more than text."""
    audited = outcome(HOSTILE, HOSTILE * 3_000, where=HOSTILE)
    audited.files[0].file = audited.files[0].format = audited.files[0].reason = HOSTILE
    at = Place(source=0, file=HOSTILE, entry=3)
    see(audited, HOSTILE, at, grade="warn", requirement=HOSTILE)
    see(audited, HOSTILE, at, grade="observed", requirement="Other.seen")
    audited.unread.append(Unread(place=at, reason=HOSTILE))
    for counter in (audited.coverage.operations, audited.coverage.errors, audited.coverage.parameters):
        counter[(HOSTILE, HOSTILE)] += 1
    return audited


@pytest.fixture
def render() -> Render:
    """Return what renders an outcome in memory."""

    def rendered(name: str, audited: Audited, **options: object) -> str:
        out = io.StringIO()
        render_audit(name, audited, out, **options)  # type: ignore[arg-type]
        return out.getvalue()

    return rendered
