"""The TLS door in front of a server."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from conformance.errors import UsageError
from conformance.transport.client import Client, failure_kind
from conformance.transport.server import running
from conformance.transport.tls import tls_context, tls_door
from conformance.wire.messages import HttpRequest, HttpResponse

BODY = b"x" * 3_000_000


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that nobody knows."""
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of this machine with its key, in one file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))
    return file


def answer(request: HttpRequest) -> HttpResponse:
    """Give back what was sent."""
    return HttpResponse(status=200, headers=(("Content-Type", "text/plain"),), body=request.body + BODY)


@pytest.fixture(scope="module")
def url(certificate: Path) -> Iterator[str]:
    """The https URL of a server."""
    with running(answer) as inside, tls_door(inside, tls_context(certificate), host="127.0.0.1", port=0) as url:
        yield url


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))


@pytest.mark.usefixtures("trusting")
def test_what_goes_through_the_door_comes_back_whole(url: str) -> None:
    """Long bodies both ways, over a connection that is kept open."""
    assert url.startswith("https://127.0.0.1:")
    with Client() as client:
        for body in (b"", b"y" * 2_000_000):
            exchange = client.send(HttpRequest(method="POST", url=url, body=body), retry=False)
            assert exchange.response is not None, exchange.failure
            assert exchange.response.body == body + BODY


def test_a_certificate_of_an_unknown_authority_is_not_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On this machine too: the failure is told as one of TLS."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with Client() as client:
        assert failure_kind(client.send(HttpRequest(method="GET", url=url), retry=False)) == "TLS"


@pytest.mark.usefixtures("trusting")
def test_a_closed_door_lets_nobody_in(certificate: Path) -> None:
    """It closes at once, with a connection open; a server that is gone ends the connections."""
    context = tls_context(certificate)
    with Client() as client:
        with running(answer) as inside, tls_door(inside, context, host="127.0.0.1", port=0) as url:
            assert client.send(HttpRequest(method="GET", url=url), retry=False).response is not None
            began = time.monotonic()
        assert time.monotonic() - began < 5
        assert client.send(HttpRequest(method="GET", url=url), retry=False).response is None
        with tls_door(inside, context, host="127.0.0.1", port=0) as url:
            assert client.send(HttpRequest(method="GET", url=url), retry=False).response is None


def test_what_cannot_be_opened_is_told(certificate: Path, tmp_path: Path) -> None:
    """Files that hold no certificate, and a port that is taken."""
    with pytest.raises(UsageError, match="cannot use the certificate"):
        tls_context(tmp_path / "none.pem")
    with pytest.raises(UsageError, match=r"with the key .*Give both in PEM"):
        tls_context(certificate, Path(__file__))
    with running(answer) as inside:
        taken = int(inside.rstrip("/").rpartition(":")[2])
        door = tls_door(inside, tls_context(certificate), host="127.0.0.1", port=taken)
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1 port {taken}"), door:
            pass
