"""The curl line, run for real against a server that keeps what it receives."""

import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.bindings import json, soap
from conformance.bindings.query import Credentials, sign_call, write_call
from conformance.record.events import ExchangeEvent
from conformance.record.redaction import Secrets, redact
from conformance.report.curl import curl_line, replay_line
from conformance.transport import sigv4
from conformance.wire.messages import Exchange, HttpRequest, header
from conformance.wire.parameters import read_parameters
from conformance.wire.timestamps import format_timestamp, is_utc_timestamp, parse_timestamp

CREDENTIALS = Credentials(access_key_id="AKIDEXAMPLE", secret_key="secret/key+1 $HOME'\"")
SECRETS = Secrets(access_key_id=CREDENTIALS.access_key_id, secret_key=CREDENTIALS.secret_key)
ENVIRONMENT = {"MTURK_ACCESS_KEY_ID": CREDENTIALS.access_key_id, "MTURK_SECRET_KEY": CREDENTIALS.secret_key}
SENT_AT = 1_136_073_600.0
SHELLS = [shell for shell in ("bash", "sh") if shutil.which(shell)]
HOSTILE = "a'b\"c $(touch x) `id` \\ %41 &=+;\n\tä\u202e\u3042 @file !!"


class Received:
    """A server that keeps the last request it got; ``run`` runs a line and returns that request."""

    def __init__(self) -> None:
        received = self
        self.last: HttpRequest | None = None

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.last = HttpRequest(
                    method=self.command, url=self.path, headers=tuple(self.headers.items()), body=body
                )
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names that http.server looks for

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mturk"

    def run(self, line: str, shell: str = "bash") -> HttpRequest:
        """Run ``line`` in ``shell`` and return the request that came of it."""
        assert "\n" not in line
        self.last = None
        path = {"PATH": "/usr/bin:/bin:/usr/local/bin"}
        ran = subprocess.run(
            [shell, "-c", line], env=path | ENVIRONMENT, capture_output=True, text=True, check=False, timeout=30
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert self.last is not None
        return self.last


@pytest.fixture(scope="module")
def received() -> Iterator[Received]:
    server = Received()
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.server.shutdown()
    thread.join()
    server.server.server_close()


def call(url: str, values: Mapping[str, str] | None = None, **options: object) -> HttpRequest:
    """Return a call as the record keeps it."""
    request = write_call(
        "GetQualificationScore",
        {name: [value] for name, value in (values or {}).items()},
        url=url,
        credentials=CREDENTIALS,
        version="2014-08-15",
        **{"timestamp": format_timestamp(SENT_AT), **options},  # type: ignore[arg-type]
    )
    exchange = Exchange(request=request, response=None, sent_at=SENT_AT, received_at=SENT_AT)
    return redact(ExchangeEvent(id="1", exchange=exchange), SECRETS).exchange.request


def own(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] not in ("Signature", "Timestamp", "AWSAccessKeyId")]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("signing", ["documented", "version-1"])
def test_the_line_sends_the_call_signed_anew(received: Received, shell: str, method: str, signing: str) -> None:
    """Method, parameters and their order are those of the call; key, moment and signature are those of now."""
    recorded = call(received.url, {"SubjectId": "worker-1", "Reason": HOSTILE}, method=method, signing=signing)
    line = curl_line(recorded, received.url, sent_at=SENT_AT)
    assert CREDENTIALS.secret_key not in line
    assert "REDACTED" not in line
    sent = received.run(line, shell)
    pairs = read_parameters(sent)
    assert (sent.method, sent.url.partition("?")[0]) == (method, "/mturk")
    assert [name for name, _ in pairs] == [name for name, _ in read_parameters(recorded)]
    assert own(pairs) == own(read_parameters(recorded))
    values = dict(pairs)
    assert values["AWSAccessKeyId"] == CREDENTIALS.access_key_id
    assert is_utc_timestamp(values["Timestamp"])
    assert abs(time.time() - _seconds(values["Timestamp"])) < 60
    assert values["Signature"] == sign_call([pair for pair in pairs if pair[0] != "Signature"], CREDENTIALS.secret_key)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_of_a_soap_message_signs_it_anew(received: Received, shell: str) -> None:
    """The message is the recorded one but for key, moment and signature; a batch stays one."""
    written = soap.write_call(
        "GetHIT",
        [{"HITId": [HOSTILE.replace("\t", " ")]}, {"HITId": ["2"]}],
        url=received.url,
        credentials=CREDENTIALS,
        version="2014-08-15",
        timestamp=format_timestamp(SENT_AT),
    )
    exchange = Exchange(request=written, response=None, sent_at=SENT_AT, received_at=SENT_AT)
    recorded = redact(ExchangeEvent(id="1", exchange=exchange), SECRETS).exchange.request
    line = curl_line(recorded, received.url, sent_at=SENT_AT)
    assert CREDENTIALS.secret_key not in line
    assert "REDACTED" not in line
    sent = received.run(line, shell)
    assert header(sent.headers, "SOAPAction") == '"http://soap.amazon.com"'
    assert sent.url == "/mturk?Service=AWSMechanicalTurkRequester"
    assert soap.is_soap(sent)
    message, before = soap.read_call(sent), soap.read_call(recorded)
    assert (message.operation, message.version, message.requests) == (before.operation, before.version, before.requests)
    assert message.common["AWSAccessKeyId"] == CREDENTIALS.access_key_id
    assert abs(time.time() - _seconds(message.common["Timestamp"])) < 60
    assert message.common["Signature"] == soap.sign_call(message, CREDENTIALS.secret_key)


JSON_CHOSEN: list[dict[str, str]] = [{}, {"AWSAccessKeyId": "AKIDOTHER"}, {"Signature": "abc"}]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("reason", ["it was good", HOSTILE])
@pytest.mark.parametrize("chosen", JSON_CHOSEN)
def test_the_line_of_a_call_of_json_has_curl_sign_it(
    received: Received, shell: str, reason: str, chosen: dict[str, str]
) -> None:
    """Body and operation are those of the call; the signature is one of Version 4 with the key of now."""
    unsigned = json.write_call("GrantBonus", {"WorkerId": ["A1"], "Reason": [reason]}, url=received.url)
    request = sigv4.sign(unsigned, CREDENTIALS, at=SENT_AT)
    exchange = Exchange(request=request, response=None, sent_at=SENT_AT, received_at=SENT_AT)
    recorded = redact(ExchangeEvent(id="1", exchange=exchange), SECRETS).exchange.request
    line = curl_line(recorded, received.url, sent_at=SENT_AT, chosen=chosen)
    assert "REDACTED" not in line
    sent = received.run(line, shell)
    assert (sent.method, sent.url, sent.body) == ("POST", "/mturk", unsigned.body)
    assert header(sent.headers, "X-Amz-Target") == "MTurkRequesterServiceV20170117.SendBonus"
    assert header(sent.headers, "Content-Type") == "application/x-amz-json-1.1"
    assert json.access_key_id(sent) == chosen.get("AWSAccessKeyId", CREDENTIALS.access_key_id)
    assert sigv4.signature_in(sent) == (chosen.get("Signature") or sigv4.signature_of(sent, CREDENTIALS.secret_key))
    assert curl_line(recorded, received.url, sent_at=SENT_AT, chosen={"Timestamp": "2001-01-01T00:00:00Z"}) == ""


def test_the_line_of_a_call_of_json_that_nobody_signed(received: Received) -> None:
    """Is not signed either."""
    request = json.write_call("GetAccountBalance", {}, url=received.url)
    sent = received.run(curl_line(request, received.url))
    assert header(sent.headers, "Authorization") is None
    assert sent.body == b"{}"


@pytest.mark.parametrize("missing", ["Signature", "Timestamp", "AWSAccessKeyId", "Operation", "Service", "Version"])
def test_what_the_call_lacks_on_purpose_the_line_leaves_out(received: Received, missing: str) -> None:
    """A call without Signature, Timestamp and so on is shown without; what is left is signed by the same rule."""
    pairs = read_parameters(received.run(curl_line(call(received.url, omit=[missing]), received.url, sent_at=SENT_AT)))
    assert missing not in dict(pairs)
    assert len(pairs) == 5
    if missing != "Signature":
        unsigned = [pair for pair in pairs if pair[0] != "Signature"]
        assert dict(pairs)["Signature"] == sign_call(unsigned, CREDENTIALS.secret_key)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Timestamp", "2001-01-01T00:00:00Z"),
        ("Timestamp", "yesterday"),
        ("Timestamp", "2006-01-01T00:00:00.000Z"),
        ("AWSAccessKeyId", "AKIDOTHER"),
        ("Signature", "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3I="),
        ("Signature", ""),
    ],
)
def test_what_the_case_chose_is_sent_as_it_was(received: Received, name: str, value: str) -> None:
    """A common parameter that is wrong on purpose stays wrong."""
    recorded = call(received.url, common={name: value})
    line = curl_line(recorded, received.url, sent_at=SENT_AT, chosen={name: value})
    assert dict(read_parameters(received.run(line)))[name] == value


def test_a_moment_that_is_not_that_of_sending_is_kept_without_being_told(received: Received) -> None:
    """Cases written in Python have no list of what they chose: their timestamps are known by their distance."""
    recorded = call(received.url, timestamp=format_timestamp(SENT_AT - 1200), common={"AWSAccessKeyId": "AKIDOTHER"})
    pairs = read_parameters(received.run(curl_line(recorded, received.url, sent_at=SENT_AT)))
    assert dict(pairs)["Timestamp"] == format_timestamp(SENT_AT - 1200)
    assert dict(pairs)["AWSAccessKeyId"] == "AKIDOTHER"


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest(method="POST", url="/mturk", body=b"\x00\xff%zz'\"\\\n$x", headers=(("Content-Type", "text/xml"),)),
        HttpRequest(method="PUT", url="/mturk?a=%FF", body=b"<soap/>=%\xff"),
        HttpRequest(method="GET", url="/mturk?Operation=%zz{1,2}[3]"),
        HttpRequest(method="GET", url="/mturk"),
    ],
)
def test_a_message_without_readable_parameters_is_sent_byte_by_byte(received: Received, request_: HttpRequest) -> None:
    """What no client would send is shown as it was sent."""
    sent = received.run(curl_line(request_, received.url))
    assert (sent.method, sent.url, sent.body) == (request_.method, request_.url, request_.body)
    if request_.headers:
        assert request_.headers[0] in sent.headers


def test_of_a_repeated_parameter_the_first_is_signed(received: Received) -> None:
    """As the client that recorded the call did."""
    recorded = call(received.url)
    doubled = HttpRequest(method="POST", url=recorded.url, body=recorded.body + b"&Operation=Help")
    pairs = read_parameters(received.run(curl_line(doubled, received.url, sent_at=SENT_AT)))
    assert pairs[-1] == ("Operation", "Help")
    assert dict(pairs)["Signature"] == sign_call(pairs, CREDENTIALS.secret_key)


def test_parameters_keep_their_place_and_the_body_its_type(received: Received) -> None:
    """A POST with its parameters in the URL stays one; an unusual content type is sent."""
    query = HttpRequest(method="POST", url="/mturk?Operation=Help&A=1")
    sent = received.run(curl_line(query, received.url))
    assert (sent.method, sent.url, sent.body) == ("POST", "/mturk?Operation=Help&A=1", b"")
    typed = HttpRequest(method="PUT", url="/mturk", body=b"A=1", headers=(("Content-Type", "text/plain"),))
    sent = received.run(curl_line(typed, received.url))
    assert (sent.method, sent.body, dict(sent.headers)["Content-Type"]) == ("PUT", b"A=1", "text/plain")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_any_parameters_reach_the_server_as_they_were(received: Received, pairs: list[tuple[str, str]]) -> None:
    """No name and no value can break out of the line or change on the way."""
    request = write_call(
        "Help", {}, url=received.url, credentials=CREDENTIALS, version="2014-08-15", timestamp="", omit=["Signature"]
    )
    with_pairs = HttpRequest(
        method="POST", url=received.url, body=request.body + b"&" + "&".join(_encoded(*pair) for pair in pairs).encode()
    )
    line = curl_line(with_pairs, received.url, chosen={"Signature": "", "Timestamp": ""})
    assert shlex.split(line)[0] == "curl"
    assert read_parameters(received.run(line)) == read_parameters(with_pairs)


def test_the_replay_line_is_quoted_for_the_shell() -> None:
    """A record in a folder with blanks can be named."""
    assert shlex.split(replay_line("my runs/a.jsonl", "A.b")) == [
        "mturk-conformance",
        "replay",
        "my runs/a.jsonl",
        "A.b",
    ]


def _encoded(name: str, value: str) -> str:
    return f"{quote(name, safe='')}={quote(value, safe='')}"


def _seconds(timestamp: str) -> float:
    return parse_timestamp(timestamp).timestamp()
