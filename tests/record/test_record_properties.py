"""Properties of the record: what goes in comes out, no secret stays in, no cut loses a complete line."""

import base64
import html
import json
import tempfile
from dataclasses import replace
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import jsonschema
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.record.demand import Demand
from conformance.record.events import (
    LEVELS,
    End,
    Event,
    ExchangeEvent,
    RunHeader,
    Verdict,
    VerdictEvent,
    event_from_json,
)
from conformance.record.known import Compared, Row, Status
from conformance.record.reader import read_record
from conformance.record.redaction import REDACTED, Secrets, redact
from conformance.record.writer import RecordWriter
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

TEXT = st.text(st.characters(exclude_categories=()), max_size=12)  # lone surrogates and controls included
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
BODIES = st.one_of(st.binary(max_size=20), TEXT.map(lambda text: text.encode("utf-8", "replace")))

RUNS = st.builds(
    RunHeader,
    kit=TEXT,
    run_id=TEXT,
    seed=st.integers(),
    url=TEXT,
    profile=TEXT,
    versions=TEXTS,
    bindings=TEXTS,
    selection=TEXTS,
    started_at=TEXT,
    plays=TEXT,
    drivers=st.dictionaries(TEXT, TEXT, max_size=3),
    repeat=st.integers(1, 9),
    rerun_failures=st.integers(0, 9),
    flaky=st.sampled_from(["fail", "warn"]),
    fail_on=st.sampled_from(["must", "should"]),
    deviations=st.dictionaries(TEXT, TEXT, max_size=3),
)
EXCHANGES = st.builds(
    ExchangeEvent,
    id=TEXT,
    exchange=st.builds(
        Exchange,
        request=st.builds(HttpRequest, method=TEXT, url=TEXT, headers=HEADERS, body=BODIES),
        response=st.none() | st.builds(HttpResponse, status=st.integers(100, 599), headers=HEADERS, body=BODIES),
        sent_at=NUMBERS,
        received_at=NUMBERS,
        failure=st.none() | TEXT,
    ),
)
VERDICTS = st.builds(
    VerdictEvent,
    requirement=TEXT,
    case=TEXT,
    version=TEXT,
    binding=TEXT,
    level=st.sampled_from(LEVELS),
    verdict=st.sampled_from(Verdict),
    where=TEXT,
    expected=TEXT,
    actual=TEXT,
    note=TEXT,
    reason=TEXT,
    exchanges=TEXTS,
    elapsed=NUMBERS,
).flatmap(lambda event: st.sampled_from([event, replace(event, runs=3, missed=2), replace(event, runs=2)]))
ROWS = st.builds(
    Row, requirement=TEXT, status=st.sampled_from(Status), case=TEXT, signature=TEXT, reason=TEXT, flaky=st.booleans()
)
DEMANDS = st.builds(Demand, asked=st.sampled_from(["90%", "12"]), measured=st.integers(0, 9), total=st.integers(0, 9))
ENDS = st.builds(
    End,
    finished_at=TEXT,
    exit_code=st.integers(0, 5),
    interrupted=st.booleans(),
    reason=st.none() | TEXT,
    baseline=st.none() | st.builds(Compared, path=TEXT, rows=st.lists(ROWS, max_size=3).map(tuple)),
    demand=st.none() | DEMANDS,
)
EVENTS: st.SearchStrategy[Event] = st.one_of(RUNS, EXCHANGES, VERDICTS, ENDS)
SCHEMA = json.loads(resources.files("conformance.record").joinpath("record.schema.json").read_text("utf-8"))


@given(EVENTS)
def test_any_event_survives_its_line(event: Event) -> None:
    """Writing an event as JSON and reading it back gives the same event, and the published schema allows it."""
    line = json.dumps(event.to_json(), allow_nan=False)
    assert event_from_json(json.loads(line)) == event
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(line))


@given(st.lists(st.one_of(EXCHANGES, VERDICTS), max_size=3), RUNS, ENDS, st.data())
def test_no_cut_loses_a_complete_line(events: list[Event], header: RunHeader, end: End, data: st.DataObject) -> None:
    """A record cut anywhere gives every event whose line is complete; without a header it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.jsonl")
        with RecordWriter(path) as writer:
            for event in [header, *events, end]:
                writer.write(event)
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        complete = [len(line) for line in whole[: cut + 1].split(b"\n")[:-1]]
        if not complete:
            try:
                read_record(path)
            except UsageError:
                return
            raise AssertionError("a record without a header was read")
        record = read_record(path)
        kept = [header, *events, end][: len(complete)]
        assert record.header == header
        judged = [replace(event, known=None) for event in kept if isinstance(event, VerdictEvent)]
        # What is known of a miss is told by the header and the end, which may happen to speak of it.
        assert [replace(event, known=None) for event in record.verdicts] == judged
        assert record.exchanges == {event.id: event.exchange for event in kept if isinstance(event, ExchangeEvent)}
        assert (record.end is not None) == (len(complete) == len(events) + 2)
        assert record.truncated == (cut > sum(complete) + len(complete))


def spellings(secret: str) -> list[str]:
    """Return the ways in which clients and services write a secret."""
    numbers = "".join(f"&#{ord(character)};" if not character.isalnum() else character for character in secret)
    upper = "".join(f"&#x{ord(character):X};" if not character.isalnum() else character for character in secret)
    return [
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote(secret, safe="").replace("%20", "+"),
        "".join(
            quote(character, safe="").lower() if character != quote(character) else character for character in secret
        ),
        html.escape(secret),
        html.escape(secret, quote=False),
        numbers,
        upper,
        quote(html.escape(secret), safe=""),
    ]


@given(
    access_key_id=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=20),
    secret_key=st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=40),
    signature=st.binary(min_size=20, max_size=20),
)
def test_no_secret_survives_in_any_spelling(access_key_id: str, secret_key: str, signature: bytes) -> None:
    """Key id, secret and signature are gone from URL, headers, body and reply, however they are written."""
    signed = base64.b64encode(signature).decode()
    assume(not any(secret in REDACTED or secret in FRAME for secret in (access_key_id, secret_key)))
    secrets = [access_key_id, secret_key, signed]
    for written in zip(*(spellings(secret) for secret in secrets), strict=True):
        event = redact(
            _event(*written, query=f"Signature={quote(signed, safe='')}"),
            Secrets(access_key_id=access_key_id, secret_key=secret_key),
        )
        line = json.dumps(event.to_json(), ensure_ascii=False)
        for spelling in written:
            assert spelling not in line
            assert spelling not in event.exchange.request.url
            assert spelling.encode() not in event.exchange.request.body
            assert spelling.encode() not in (event.exchange.response or HttpResponse(status=0)).body


def _event(access_key_id: str, secret_key: str, signed: str, *, query: str) -> ExchangeEvent:
    text = f"[{access_key_id}] [{secret_key}] [{signed}]"
    return ExchangeEvent(
        id="case|2014-08-15|query#1",
        exchange=Exchange(
            request=HttpRequest(
                method="GET", url=f"http://host/{text}?{query}", headers=(("Seen", text),), body=text.encode()
            ),
            response=HttpResponse(status=200, headers=(("Seen", text),), body=f"<a>{text}</a>".encode()),
            sent_at=0.0,
            received_at=0.0,
            failure=text,
        ),
    )


FRAME = json.dumps(_event("", "", "", query="Signature=").to_json())
