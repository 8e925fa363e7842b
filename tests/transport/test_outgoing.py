"""What surrounds a request: the environment of this machine, and requests that cannot be sent."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.transport.client import Client, failure_kind
from conformance.wire.messages import HttpRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>"


def get(url: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url)


def test_proxies_and_netrc_are_ignored_on_this_machine(
    client: Client, replies: Any, refused_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The environment of a developer's machine does not get between the kit and a local endpoint."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, refused_url)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\ndefault login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = replies(OK)
    assert client.send(get(server.url), retry=False).failure is None
    assert b"Authorization" not in server.requests[0]


def test_a_proxy_is_used_for_other_machines_within_the_same_bounds(
    client: Client, raw_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy sees the absolute URL; a reply that drips through it is cut off as well."""

    def drip(connection: socket.socket, _number: int) -> None:
        server.read_request(connection)
        for _ in range(100):
            connection.sendall(b"H")
            time.sleep(0.05)

    server = raw_server(drip)
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    exchange = client.send(get("http://endpoint.invalid/x"), retry=False)
    assert failure_kind(exchange) == "timeout"
    assert "not complete after 0.6 s" in (exchange.failure or "")
    assert server.requests[0].startswith(b"GET http://endpoint.invalid/x HTTP/1.1\r\n")


def test_a_missing_certificate_file_is_our_mistake(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable; the endpoint is not blamed."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/does/not/exist.pem")
    with pytest.raises(UsageError, match="REQUESTS_CA_BUNDLE"):
        client.send(get("https://endpoint.invalid/"), retry=False)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (get("ftp://127.0.0.1/"), "not an absolute http or https URL"),
        (get("/relative"), "not an absolute http or https URL"),
        (get(""), "not an absolute http or https URL"),
        (get("http://127.0.0.1:99999/"), "cannot send to"),
        (get("http://user:secret@127.0.0.1/"), "user name or password"),
        (get(f"http://{'a' * 64}.example/"), "label"),
        (HttpRequest(method="G T", url="http://127.0.0.1/"), "method"),
        (HttpRequest(method="GET", url="http://127.0.0.1/", headers=(("X", "a\r\nb: c"),)), "line breaks"),
        (HttpRequest(method="GET", url="http://127.0.0.1/", headers=(("X", "\u2713"),)), "Latin-1"),
        (HttpRequest(method="GET", url="http://127.0.0.1/", headers=(("X:", "a"),)), "header"),
    ],
)
def test_a_request_that_http_cannot_carry_is_our_mistake(client: Client, request_: HttpRequest, words: str) -> None:
    """These never reach the network; the message says what to do, and shows no password."""
    with pytest.raises(UsageError, match=words) as caught:
        client.send(request_, retry=True)
    assert "secret" not in str(caught.value)
