"""Records to make pages of: an ordinary one, one whose endpoint is hostile in every field, and a large one."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.record.events import ActionEvent, End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.spending import Spending
from conformance.report import render
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

VERSIONS, BINDINGS = ("2008-08-02", "2014-08-15"), ("query", "soap")
HEADER = RunHeader(
    kit="0.1.0",
    run_id="abcd1234",
    seed=11,
    url="http://127.0.0.1:1/",
    profile="default",
    versions=VERSIONS,
    bindings=BINDINGS,
    selection=(),
    started_at="2026-01-01T00:00:00Z",
    drivers={"worker": "http", "clock": "none"},
)
# What a hostile endpoint says: the ways out of text, attributes, script, style and comments, and what cannot be seen.
PAYLOAD = (
    "</script></style></pre></title>--><script>window.pwned=1;document.title='pwned'</script>"
    '" onmouseover="window.pwned=2" autofocus onfocus=window.pwned=3 x=\'\' `${window.pwned=4}` {{ 7*7 }} {% raw %}'
    "<img src=//pwned.invalid/i onerror=window.pwned=5><svg/onload=window.pwned=6><base href=//pwned.invalid>"
    "<meta http-equiv=refresh content='0;url=//pwned.invalid/m'><link rel=stylesheet href=//pwned.invalid/c>"
    "<iframe srcdoc='<script>parent.pwned=7</script>'></iframe><form action=//pwned.invalid><input name=text>"
    "<a href='javascript:window.pwned=8'>x</a>&#60;script&#62;]]><!-- \u202egnirts\u2066\u200b\u0000\u001b[31m\u0085"
)


def exchange(reply: bytes = b"<R><A>1</A></R>", **changed: str) -> Exchange:
    """Return an exchange that took 0.2 s."""
    request = HttpRequest(
        method="POST",
        url=changed.get("url", "http://127.0.0.1:1/"),
        headers=(("Content-Type", "application/x-www-form-urlencoded"), ("X-Sent", changed.get("header", "1"))),
        body=b"Service=AWSMechanicalTurkRequester&Operation=GetHIT&Version=2014-08-15&HITId=H",
    )
    response = HttpResponse(
        status=200, headers=((changed.get("name", "X-Came"), changed.get("header", "1")),), body=reply
    )
    return Exchange(request=request, response=response, sent_at=1000.0, received_at=1000.2)


def told(requirement: str, verdict: Verdict, case: str = "case/one", **fields: str) -> VerdictEvent:
    """Return a verdict in the later version by Query, with the requirement's own level."""
    known = requirements().get(requirement)
    return VerdictEvent(
        **{
            "requirement": requirement,
            "case": case,
            "version": VERSIONS[1],
            "binding": "query",
            "level": known.level if known else "MUST",
            "verdict": verdict,
            **fields,
        }
    )


def record_of(*verdicts: VerdictEvent, **changed: object) -> Record:
    """Return the record of a run that failed."""
    values = {"path": "r.jsonl", "header": HEADER, "end": End(finished_at="2026-01-01T00:01:05Z", exit_code=1)}
    return Record(**{**values, "verdicts": verdicts, **changed})


def ordinary() -> Record:
    """Return a record with every verdict, two versions and bindings, an XML difference and a machine's example."""
    one, machine = "case/one|2014-08-15|query", "machines/hit-in-any-order|2014-08-15|query"
    failed = told(
        "BlockWorker.Reason.stored",
        Verdict.FAIL,
        where="WorkerBlock/Reason",
        expected="<B><Reason>bad work</Reason><X/></B>",
        actual="<B><Reason>BAD work</Reason></B>",
    )
    found = told(
        "RejectAssignment.already-approved",
        Verdict.FAIL,
        "machines/hit-in-any-order",
        expected="an error",
        actual="success",
    )
    return record_of(
        replace(failed, exchanges=(f"{one}#1",), elapsed=1.5),
        told("BlockWorker.Reason.stored", Verdict.PASS, version=VERSIONS[0]),
        replace(found, exchanges=(f"{machine}#2",), elapsed=20.0),
        replace(
            told("BlockWorker.Result.element", Verdict.WARN, actual="gone"), level="SHOULD", exchanges=(f"{one}#1",)
        ),
        told("GetHIT.Result.element", Verdict.BLOCKED, reason="CreateHIT: refused with X"),
        told("GetHIT.owner-only", Verdict.BLOCKED, reason="CreateHIT: refused with X", binding="soap"),
        told("Common.Durability.restart", Verdict.NOT_MEASURED, reason="nobody restarts the endpoint"),
        told("Common.Credential.reserved", Verdict.OBSERVED, actual="success"),
        told("Common.Response.well-formed", Verdict.ERROR, reason="Traceback: our own fault"),
        told("GetAccountBalance.Result.element", Verdict.PASS),
        exchanges={
            f"{one}#1": exchange(),
            f"{machine}#1": exchange(),
            f"{machine}#2": exchange(b"<E><Code>Odd</Code></E>"),
        },
        actions=(
            ActionEvent(case=machine, after=1, name="accept_assignment", arguments=("A1B2C3D4E5", "H"), result="x"),
            ActionEvent(case=machine, after=1, name="advance", arguments=("60.0",), result=""),
        ),
        end=End(
            finished_at="2026-01-01T00:01:05Z",
            exit_code=1,
            spending=Spending(estimated="1.00", before="10.00", after="9.50"),
        ),
    )


def hostile(payload: str = PAYLOAD) -> Record:
    """Return a record in which everything that an endpoint has a say in is the payload."""
    where = f"case/{payload}|2014-08-15|query"
    texts = dict.fromkeys(("where", "expected", "actual", "note", "reason"), payload)
    reply = payload.encode("utf-8", "replace")
    failure = Exchange(
        request=HttpRequest(method=payload, url=payload, body=reply),
        response=None,
        sent_at=1,
        received_at=2,
        failure=payload,
    )
    verdicts = [
        replace(
            told(requirement, verdict, f"case/{payload}", **texts),
            exchanges=(f"{where}#{number}",) if verdict is not Verdict.NOT_MEASURED else (),
            elapsed=float(number),
        )
        for number, (requirement, verdict) in enumerate(
            zip(
                ("GetHIT.element", "GetHIT.HITId.unknown", "BlockWorker.Reason.stored", "GetHIT.owner-only",
                 "Help.Result.element", "Common.Credential.reserved", "Common.Response.well-formed"),
                Verdict,
                strict=True,
            ),
            1,
        )
    ]  # fmt: skip
    strange = told(f"Strange.{payload}", Verdict.FAIL, f"case/{payload}", **{**texts, "where": "elsewhere"})
    return record_of(
        *verdicts,
        strange,
        exchanges={
            f"{where}#1": exchange(reply, url=payload, header=payload, name=payload),
            f"{where}#2": failure,
            f"{where}#3": exchange(
                b"<R><A>" + payload.replace("&", "&amp;").replace("<", "&lt;").encode() + b"</A></R>"
            ),
            f"{where}#4": exchange(bytes(range(256))),
        },
        actions=(
            ActionEvent(case=where, after=0, name=payload, arguments=(payload,), result=payload),
            ActionEvent(case=where, after=0, name="accept_assignment", arguments=(payload,), result=payload),
        ),
        accounts={f"{where}#1": payload},
        header=replace(
            HEADER,
            url=payload,
            profile=payload,
            selection=(payload,),
            kit=payload,
            drivers={payload: payload},
            plays=payload,
        ),
        end=End(finished_at=payload, exit_code=1, interrupted=True, reason=payload),
    )


def large(verdicts: int = 2000) -> Record:
    """Return a record of so many different faults, each with a large exchange of its own and texts hard to compare."""
    known = sorted(requirements())
    names = [known[number] if number < len(known) else f"Unknown.requirement-{number}" for number in range(verdicts)]
    reply = b"<R>" + b"<A>&amp;&lt;\"' a&#233;</A>" * 800 + b"</R>"
    return record_of(
        *(
            replace(
                told(
                    name,
                    Verdict.FAIL,
                    f"case/{number}",
                    where=f"<where> {number} \x00" * 30,
                    expected=f"{number} " + "<a> & " * 200,
                    actual=f"{number} " + "<b> & \u202e " * 200,
                ),
                exchanges=(f"case/{number}|2014-08-15|query#1",),
                level="MUST",
            )
            for number, name in enumerate(names)
        ),
        exchanges={f"case/{number}|2014-08-15|query#1": exchange(reply) for number in range(verdicts)},
    )


def page(record: Record) -> str:
    """Return the HTML page of a record."""
    out = io.StringIO()
    render("html", record, out)
    return out.getvalue()


RECORDS = {"ordinary": ordinary, "hostile": hostile, "large": large}


@pytest.fixture
def record_named() -> Callable[..., Record]:
    """Return what makes a record: ``ordinary``, ``hostile`` (with another payload) or ``large`` (with a number)."""
    return lambda name, *arguments: RECORDS[name](*arguments)


@pytest.fixture
def page_of() -> Callable[[Record], str]:
    """Return what makes a page of a record."""
    return page
