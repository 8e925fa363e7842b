"""Endpoints of 2017-01-17 that break JSON, or answer something else: each run ends in time, and with the right code."""

from __future__ import annotations

import gzip
import json
import random
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from conformance.bindings.json import called
from conformance.record.events import Verdict
from conformance.spec.versions import TODAY
from conformance.target.ledger import open_items
from conformance.wire.messages import HttpRequest, HttpResponse
from tests.hostile.spoiling import FEW, SHOWN, Spoil, framed, headers_of, in_turn, instead, saying, without_end
from tests.hostile.spoiling import judged as judged_in

if TYPE_CHECKING:
    from tests.conftest import Kit, Outcome

JSON = ("Content-Type", "application/x-amz-json-1.1")
PAGE = ("Content-Type", "text/html")
BOMB = gzip.compress(b'{"AvailableBalance": "' + b"0" * 50_000_000)


def judged(kit: Kit, url: str, *selected: str) -> Outcome:
    """Judge an endpoint by JSON; whatever it does, the run ends in time, and nothing is left."""
    return judged_in(kit, url, *selected, version=TODAY)


def found(kit: Kit, *verdicts: Verdict) -> set[str]:
    """Return the requirements that have one of these verdicts in the record."""
    return set().union(*map(kit.named, verdicts))


def told(change: Callable[[dict[str, Any]], Any], *, ascii_only: bool = True, indent: int | None = None) -> Spoil:
    """Send what ``change`` makes of the content of the genuine reply."""

    def spoil(connection: socket.socket, reply: HttpResponse, _number: int) -> bool:
        content = change(json.loads(reply.body or b"{}"))
        body = json.dumps(content, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
        connection.sendall(framed(HttpResponse(status=reply.status, headers=reply.headers, body=body)))
        return True

    return spoil


def everywhere(change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], Any]:
    """Return a change of every value that is no object and no list, however deep."""

    def within(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: within(one) for name, one in value.items()}
        return [within(one) for one in value] if isinstance(value, list) else change(value)

    return within


def as_floats(value: Any) -> Any:
    """Return a whole number with a point in it."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


BEARABLE: dict[str, Spoil] = {
    "closes unsaid": saying(lambda raw: raw),
    "103": saying(lambda raw: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + raw, keeps_open=True),
    "no length": saying(headers_of),
    "HTTP/1.0": saying(lambda raw: raw.replace(b"HTTP/1.1", b"HTTP/1.0")),
    "charset": saying(lambda raw: raw.replace(b"json-1.1", b"json-1.1; charset=utf-8"), keeps_open=True),
    "many lines": told(lambda content: content, indent=4),
    "other order": told(lambda content: dict(reversed(content.items()))),
    "no escapes": told(lambda content: content, ascii_only=False),
    "5.0 for 5": told(everywhere(as_floats)),
}
"""What HTTP and JSON allow, and what says nothing of the API."""
BROKEN: dict[str, tuple[Spoil, str]] = {
    "longer than it is": (saying(lambda raw: raw.replace(b"Content-Length: ", b"Content-Length: 1")), "ended within"),
    "body without end": (without_end(b'HTTP/1.1 200 OK\r\n\r\n{"a": "', b"x" * 65536), "too large"),
    "lists without end": (without_end(b"HTTP/1.1 200 OK\r\n\r\n{", b'"a": [[[[' * 9000), "too large"),
    "bomb": (instead(200, BOMB, JSON, ("Content-Encoding", "gzip")), "too large"),
    "HTML with 200": (instead(200, b"<html><p>Hello<br></html>", PAGE), "not a JSON reply"),
    "HTML with 500": (instead(500, b"<html><p>Oops<br></html>", PAGE), "HTTP 500"),
    "XML": (instead(200, b"<GetAccountBalanceResponse/>", ("Content-Type", "text/xml")), "not a JSON reply"),
    "half of it": (instead(200, b'{"AvailableBalance": "1000', JSON), "not a JSON reply"),
    "a list": (instead(200, b"[]", JSON), "a JSON list"),
    "a text": (instead(200, b'"10000.00"', JSON), "a JSON str"),
    "NaN": (instead(200, b'{"AvailableBalance": NaN}', JSON), "NaN is no JSON"),
    "too deep": (instead(200, b'{"AvailableBalance":' + b"[" * 100_000, JSON), "nested too deeply"),
    "too deep and whole": (instead(200, b'{"a":' * 5000 + b"1" + b"}" * 5000, JSON), "nested too deeply"),
    "too many digits": (instead(200, b'{"AvailableBalance": ' + b"9" * 5000 + b"}", JSON), "not a JSON reply"),
    "no UTF-8": (instead(200, b'{"AvailableBalance": "\xff\xfe"}', JSON), "not a JSON reply"),
    "UTF-16": (instead(200, '{"AvailableBalance": "1.00"}'.encode("utf-16"), JSON), "not a JSON reply"),
    "control character": (instead(200, b'{"AvailableBalance": "1.00\x00"}', JSON), "not a JSON reply"),
    "two of them": (saying(lambda raw: headers_of(raw) + b"{}"), "not a JSON reply"),
}
"""What is no answer to any call, and what is told of it."""
ODD: dict[str, tuple[Any, str]] = {
    "number for text": (10000.00, "Common.JSON.value-types"),
    "1e400": (float("1e308"), "Common.JSON.value-types"),
    "many digits": (10**4000, "Common.JSON.value-types"),
    "object for text": ({"Amount": "10000.00"}, "Common.JSON.value-types"),
    "list for text": (["10000.00"], "Common.JSON.value-types"),
    "lists in lists": ([[[[[[[]]]]]]], "Common.JSON.value-types"),
    "boolean for text": (True, "Common.JSON.value-types"),
    "null": (None, "GetAccountBalance"),
    "lone surrogate": ("\ud800", "GetAccountBalance"),
    "control character": ("\x00", "GetAccountBalance"),
    "dollars": ("$10,000.00", "GetAccountBalance"),
    "markup": ("</td><script>alert(1)</script>", "GetAccountBalance"),
}
"""What stands for an amount of money, and a requirement, or its article, that it breaks."""
WORSE: tuple[Spoil, ...] = (
    *(spoil for name, (spoil, _) in BROKEN.items() if "without end" not in name and name != "bomb"),
    *(told(lambda content, odd=odd: dict.fromkeys(content, odd)) for odd, _ in ODD.values()),  # type: ignore[misc]
    told(lambda content: dict.fromkeys(["\ud800", "a b", "", "<a>", "__type", "Message", "HIT"], content)),
    told(lambda content: {**content, "__type": {"a": []}, "Message": [[]], "TurkErrorCode": 1}),
    told(lambda content: {**content, "__type": None}),
    told(everywhere(lambda value: [value])),
    told(everywhere(lambda value: {"": value})),
    told(everywhere(lambda value: None)),
    saying(lambda raw: raw[:-20]),
    saying(lambda raw: raw[:40]),
    saying(lambda raw: raw.replace(b": ", b": 1e400, ", 1)),
    instead(400, b'{"__type": "RequestError", "Message": null, "TurkErrorCode": []}', JSON),
    instead(400, b'{"__type": "\\ud800#\\u0000"}', JSON, ("x-amzn-ErrorType", "x:y")),
    instead(400, b"{}", JSON),
    instead(200, b'{"__type": "ServiceFault"}', JSON),
    instead(201, b"{}", JSON),
    instead(204, b""),
    instead(302, b"", ("Location", "/")),
    instead(500, b'{"__type": "ServiceFault", "Message": "m"}', JSON),
    instead(
        200, b'{"HIT": {"HITId": "A"}, "HIT": {"HITId": "B"}, "AvailableBalance": 1, "AvailableBalance": "1"}', JSON
    ),
    saying(lambda _: bytes(range(256)) * 40),
    saying(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n"),
)


@pytest.mark.parametrize("fault", ["5.0 for 5", "all in turn"])
def test_what_a_client_can_bear_changes_no_verdict(kit: Kit, hostile: Any, fault: str) -> None:
    """The endpoint conforms as far as it is measured."""
    faults = list(BEARABLE.values()) if fault == "all in turn" else [BEARABLE[fault]]
    outcome = judged(kit, hostile(in_turn(faults)).url)
    assert outcome.code == 0, outcome.out
    assert found(kit, Verdict.WARN, Verdict.BLOCKED) == set()
    assert SHOWN in kit.named(Verdict.PASS)


@pytest.mark.parametrize("fault", BROKEN)
def test_an_endpoint_that_answers_no_call_does_not_pass(kit: Kit, hostile: Any, fault: str) -> None:
    """It does not conform, or is no endpoint at all: never success, and the reason can be read."""
    spoil, reason = BROKEN[fault]
    outcome = judged(kit, hostile(spoil).url, "GetAccountBalance.*", "Common.JSON.object")
    assert outcome.code in (1, 3), outcome.out
    assert reason in outcome.out + outcome.err
    assert outcome.code == 3 or kit.named(Verdict.PASS) == set()


def test_nothing_is_no_answer_where_something_is_asked_for(kit: Kit, hostile: Any) -> None:
    """An empty body is one to operations that tell nothing, and to no other."""
    outcome = judged(kit, hostile(instead(200, b"", JSON)).url, "GetAccountBalance.*", "Common.JSON.object")
    assert outcome.code == 1
    assert "Common.JSON.object" in kit.named(Verdict.FAIL)


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_is_laid_at_what_it_breaks(kit: Kit, hostile: Any, odd: str) -> None:
    """In a reply that is right otherwise; the record and what is made of it are text all the same."""
    value, article = ODD[odd]

    def change(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "AvailableBalance": value} if "AvailableBalance" in content else content

    outcome = judged(kit, hostile(told(change)).url, "GetAccountBalance.*", "Common.JSON.value-types")
    assert outcome.code == 1, outcome.out
    assert any(name.startswith(article) for name in found(kit, Verdict.FAIL, Verdict.WARN))
    kit.record_path.read_text("utf-8")
    for renderer in ("json", "html", "junit"):
        assert kit.call("report", renderer, kit.record_path).code == 0


def test_no_reply_is_too_strange_for_a_verdict(kit: Kit, hostile: Any) -> None:
    """Each call meets another fault."""
    server = hostile(in_turn(WORSE))
    outcome = judged(kit, server.url, *FEW[TODAY], "SearchQualificationTypes.*", "SearchHITs.*")
    assert outcome.code in (1, 3), outcome.out + outcome.err
    assert len(server.came) > len(WORSE)
    assert kit.call("report", "html", kit.record_path).code == 0


@pytest.mark.parametrize("seed", range(2))
def test_chance_errors_are_told_as_what_they_are(kit: Kit, hostile: Any, seed: int) -> None:
    """A call that was put off blocks; an error page fails what it answers; no operation is said to be lacking."""
    chance = random.Random(seed)
    fault = (500, b'{"__type": "ServiceFault", "Message": "m"}')
    busy = (400, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')

    def spoil(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        status, body = chance.choice([fault, (503, b""), busy, (0, b""), (0, b""), (0, b"")]) if number else (0, b"")
        headers = (JSON, ("Retry-After", "0"))
        connection.sendall(framed(HttpResponse(status=status, headers=headers, body=body) if status else reply))
        return True

    outcome = judged(kit, hostile(spoil).url)
    causes = {event.reason for event in kit.record().verdicts if event.verdict is Verdict.BLOCKED}
    assert outcome.code in (0, 1)
    assert kit.named(Verdict.PASS) != set()
    assert all("throttled" in cause or "refused with" in cause for cause in causes), causes
    assert "does not have this operation" not in outcome.out


def test_a_throttle_alone_is_no_verdict(kit: Kit, hostile: Any) -> None:
    """Whoever puts off every call but the first has answered none."""
    busy = HttpResponse(status=400, headers=(JSON,), body=b'{"__type": "ThrottlingException"}')

    def spoil(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        connection.sendall(framed(busy if number > 1 else reply))
        return True

    judged(kit, hostile(spoil).url, "GetQualificationType.*")
    assert found(kit, Verdict.FAIL, Verdict.WARN) == set()
    assert kit.named(Verdict.BLOCKED) != set()


def operation_of(request: HttpRequest) -> str:
    """Return the operation that a request calls."""
    return called(request)


def test_what_half_a_reply_hides_stands_in_the_ledger(kit: Kit, hostile: Any) -> None:
    """What a call created whose reply could not be read may be there: it is written down, and cleaned up by name."""
    broken = [True]

    def half(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        whole = number == 0 or not broken or not reply.body.startswith(b'{"QualificationType": ')
        connection.sendall(framed(reply) if whole else framed(reply)[:-15])
        return whole

    server = hostile(half)
    outcome = judged(kit, server.url, "GetQualificationType.*")
    made = sum(operation_of(request) == "CreateQualificationType" for request in server.came)
    assert made > 0
    assert outcome.code in (0, 5), outcome.out
    left = len(open_items(kit.ledger))
    assert left <= made
    broken.clear()
    assert kit.call("cleanup", server.url, "--ledger", kit.ledger).code == 0
    assert open_items(kit.ledger) == ()
