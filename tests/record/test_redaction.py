"""Redaction of secrets and pseudonyms of Workers."""

import pytest

from conformance.record.events import End, ExchangeEvent, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.redaction import Secrets, pseudonymise, redact, workers_in
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

SECRETS = Secrets(access_key_id="AKIDEXAMPLE", secret_key="wJal/rX+tn&FEMI=", others=("control-token",))
SIGNATURE = "frJIUN8DYpKDtOLCwo//yllqDzg="


def exchange(url: str = "http://h/", body: bytes = b"", reply: bytes = b"", **headers: str) -> ExchangeEvent:
    return ExchangeEvent(
        id="A.b|2014-08-15|query#1",
        exchange=Exchange(
            request=HttpRequest(method="POST", url=url, headers=tuple(headers.items()), body=body),
            response=HttpResponse(status=200, body=reply),
            sent_at=0.0,
            received_at=0.0,
        ),
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (b"AWSAccessKeyId=AKIDEXAMPLE&Operation=Help", b"AWSAccessKeyId=REDACTED&Operation=Help"),
        (b"key wJal%2frX%2Btn%26FEMI%3D", b"key REDACTED"),
        (b"key wJal%252FrX%252Btn%2526FEMI%253D", b"key REDACTED"),
        (b"<a>wJal/rX+tn&amp;FEMI=</a>", b"<a>REDACTED</a>"),
        (b"<a>wJal&#47;rX&#x2b;tn&#038;FEMI=</a>", b"<a>REDACTED</a>"),
        (b"Question=%3Ca%3EwJal%2FrX%2Btn%26amp%3BFEMI%3D", b"Question=%3Ca%3EREDACTED"),
        (b"Operation=Help&Signature=x&Version=1", b"Operation=Help&Signature=REDACTED&Version=1"),
        (b"Signature=&Version=1", b"Signature=&Version=1"),
        (b"SignatureVersion=1", b"SignatureVersion=1"),
        (b"<tns:Signature>\n abc+=\n</tns:Signature>", b"<tns:Signature>\n REDACTED\n</tns:Signature>"),
        (b'{"Signature": "abc"}', b'{"Signature": "REDACTED"}'),
        (b'<Argument Name="Signature" Value="abc"/>', b'<Argument Name="Signature" Value="REDACTED"/>'),
        (b"control-token \xff\xfe", b"REDACTED \xff\xfe"),
    ],
)
def test_secrets_are_found_in_every_writing(text: bytes, clean: bytes) -> None:
    """Key id, secret and signatures are replaced, and nothing around them."""
    assert redact(text, SECRETS) == clean


def test_a_secret_that_begins_with_another_one_is_replaced_whole() -> None:
    """Nothing of the longer secret is left over."""
    assert redact(b"key-long and key", Secrets(access_key_id="key", secret_key="key-long")) == b"REDACTED and REDACTED"


def test_a_signature_quoted_by_the_reply_is_found_there_too() -> None:
    """The signature is known from the request, however the reply writes it; an invented one is no secret."""
    event = redact(
        exchange(
            url="http://h/?Signature=frJIUN8DYpKDtOLCwo%2F%2FyllqDzg%3D",
            reply=f"<Message>{SIGNATURE} is wrong</Message>".encode(),
        ),
        SECRETS,
    )
    assert event.exchange.request.url == "http://h/?Signature=REDACTED"
    assert event.exchange.response is not None
    assert event.exchange.response.body == b"<Message>REDACTED is wrong</Message>"
    invented = redact(exchange(body=b"Signature=wrong", reply=b"<Message>a wrong signature</Message>"), SECRETS)
    assert invented.exchange.response is not None
    assert invented.exchange.response.body == b"<Message>a wrong signature</Message>"


def test_an_authorization_header_loses_its_value_wherever_it_stands() -> None:
    """A bearer token is a secret without being named as one."""
    event = redact(exchange(Authorization="Bearer t0ken", reply=b"no t0ken here"), Secrets())
    assert event.exchange.request.headers == (("Authorization", "REDACTED"),)
    assert event.exchange.response is not None
    assert event.exchange.response.body == b"no REDACTED here"


def test_every_kind_of_event_is_cleaned() -> None:
    """The URL of the header, the texts of a verdict and the reason of an end can quote a secret."""
    verdict = verdict_of(actual=f"Signature={SIGNATURE}", note=f"sent {SIGNATURE} by AKIDEXAMPLE")
    cleaned = redact(verdict, SECRETS)
    assert (cleaned.actual, cleaned.note) == ("Signature=REDACTED", "sent REDACTED by REDACTED")
    assert redact(header("http://AKIDEXAMPLE@h/"), SECRETS).url == "http://REDACTED@h/"
    assert redact(End(finished_at="", exit_code=3, reason="AKIDEXAMPLE"), SECRETS).reason == "REDACTED"
    assert redact(End(finished_at="", exit_code=0), SECRETS).reason is None


def test_workers_get_pseudonyms_in_the_order_of_their_appearance() -> None:
    """Ids from parameters and elements are replaced in exchanges and in the texts of verdicts, as whole words."""
    record = Record(
        path="run.jsonl",
        header=header("http://h/"),
        exchanges={
            "1": exchange(body=b"Operation=BlockWorker&WorkerId=A2SECONDWORKER&Reason=x").exchange,
            "2": exchange(reply=b"<SubjectId>A1FIRSTWORKER</SubjectId><X>A1FIRSTWORKERS</X>").exchange,
        },
        verdicts=(verdict_of(actual="'A1FIRSTWORKER' and 'A2SECONDWORKER'", where="/A1FIRSTWORKERS"),),
    )
    hidden = pseudonymise(record)
    assert hidden.exchanges["1"].request.body == b"Operation=BlockWorker&WorkerId=worker-1&Reason=x"
    reply = hidden.exchanges["2"].response
    assert reply is not None
    assert reply.body == b"<SubjectId>worker-2</SubjectId><X>A1FIRSTWORKERS</X>"
    assert hidden.verdicts[0].actual == "'worker-2' and 'worker-1'"
    assert hidden.verdicts[0].where == "/A1FIRSTWORKERS"


def test_an_id_of_letters_alone_is_one_and_a_word_is_none() -> None:
    """The service makes ids without a digit now and then; what a faulty call gives for one is no id."""
    record = Record(
        path="run.jsonl",
        header=header("http://h/"),
        exchanges={"1": exchange(body=b"WorkerId=ARGLZLEHTCQCKG&WorkerId.2=UNKNOWNWORKER&X=ARGLZLEHTCQCKGS").exchange},
    )
    body = pseudonymise(record).exchanges["1"].request.body
    assert body == b"WorkerId=worker-1&WorkerId.2=UNKNOWNWORKER&X=ARGLZLEHTCQCKGS"


def test_a_record_without_workers_stays_as_it_is() -> None:
    """Words in place of an id are not taken for one."""
    record = Record(path="", header=header(""), exchanges={"1": exchange(body=b"WorkerId=Granted").exchange})
    assert pseudonymise(record) is record


def header(url: str) -> RunHeader:
    return RunHeader(
        kit="0", run_id="r", seed=0, url=url, profile="", versions=(), bindings=(), selection=(), started_at=""
    )


def verdict_of(*, actual: str, note: str = "", where: str = "") -> VerdictEvent:
    return VerdictEvent(
        requirement="A.b",
        case="A.b",
        version="2014-08-15",
        binding="query",
        level="MUST",
        verdict=Verdict.FAIL,
        actual=actual,
        note=note,
        where=where,
    )


SIGNED = (
    "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20170117/us-east-1/mturk-requester/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0123456789abcdef0123456789abcdef"
)


def test_of_signature_version_4_nothing_is_left() -> None:
    """Neither the key nor the signature, where the reply quotes it, nor the token of a session."""
    sent = {"Authorization": SIGNED, "X-Amz-Security-Token": "a-token-that-is-long-enough"}
    reply = b'{"Message":"0123456789abcdef0123456789abcdef is wrong, a-token-that-is-long-enough too"}'
    event = redact(exchange(body=b"{}", reply=reply, **sent), Secrets())
    assert event.exchange.request.headers == (("Authorization", "REDACTED"), ("X-Amz-Security-Token", "REDACTED"))
    assert event.exchange.response is not None
    assert event.exchange.response.body == b'{"Message":"REDACTED is wrong, REDACTED too"}'


@pytest.mark.parametrize(
    ("body", "workers"),
    [
        (b'{"WorkerId": "A1B2C3D4E5F6"}', [b"A1B2C3D4E5F6"]),
        (b'{"WorkerIds":["A1B2C3","A4B5C6"], "Other":["A7B8C9"]}', [b"A1B2C3", b"A4B5C6"]),
        (b'{"WorkerIds":[\n "A1B2C3" ,\n "A4B5C6"\n]}', [b"A1B2C3", b"A4B5C6"]),
        (rb'{"x": "{\"WorkerId\": \"A1B2C3\"}"}', [b"A1B2C3"]),
        (b'{"WorkerIds":[]}', []),
        (b'{"WorkerId":"worker-1"}', []),
        (b'{"WorkerIds":[' + b'"' * 200_000, []),
    ],
)
def test_workers_are_found_in_json(body: bytes, workers: list[bytes]) -> None:
    """Alone, in lists, and in a text that is JSON itself."""
    assert list(workers_in(body)) == workers
