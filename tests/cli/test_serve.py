"""`serve`: the embedded endpoint by itself."""

from __future__ import annotations

import json
import re
import signal
import socket
from typing import TYPE_CHECKING

import pytest
import trustme

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Kit


def test_what_is_served_can_be_judged_with_what_it_tells(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export lines that it prints are all that a run in another shell needs; Ctrl-C ends it with 0."""
    for name in ("MTURK_ACCESS_KEY_ID", "MTURK_SECRET_KEY", "MTURK_CONTROL_TOKEN"):
        monkeypatch.delenv(name)
    with kit.start("serve", "--port", "0", "--control") as server:
        assert server.stdout is not None
        told = []
        while not told or not told[-1].startswith("stop with"):
            told.append(server.stdout.readline())
        url = re.findall(r"http://[^ ,]*", told[0])[0]
        for name, value in re.findall(r"^export (\w+)=(\S+)$", "".join(told), re.MULTILINE):
            monkeypatch.setenv(name, value)
        outcome = kit.judge(url, *kit.driven, "--select", "RejectQualificationRequest.effect-list")
        server.send_signal(signal.SIGINT)
        rest = server.communicate(timeout=10)
    assert outcome.code == 0, outcome.err
    assert (server.returncode, *rest) == (0, "", "")
    assert "MTURK_SECOND_SECRET_KEY" not in "".join(told)


def test_a_retired_endpoint_is_no_living_one(kit: Kit) -> None:
    """Judged as a living service it fails; judged as a retired one its notice is what is expected."""
    with kit.start("serve", "--port", "0", "--retired", "--control", "--json") as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        living = kit.judge(url, "--select", "Common.REST.*")
        notice = ("--select", "Common.Version.retirement-message", "--plays", "retired")
        retired = kit.judge(url, *notice, *kit.driven)
        server.terminate()
        server.communicate(timeout=10)
    assert (living.code, retired.code) == (1, 0)
    assert "as the real service answers" in retired.out


def test_both_schemes_of_what_is_served_are_judged(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate it is served by https too, and a run that is told so compares both."""
    authority, both, known = trustme.CA(), tmp_path / "both.pem", tmp_path / "authority.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(both))
    authority.cert_pem.write_to_path(str(known))
    with kit.start("serve", "--port", "0", "--tls-cert", str(both), "--tls-port", "0", "--json") as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(known))
        alone = kit.judge(told["url"], "--select", "Common.REST.https", "--version", "2014-08-15")
        monkeypatch.setenv("MTURK_CONFORMANCE_OTHER_SCHEME_URL", told["https"])
        compared = kit.judge(told["url"], "--select", "Common.REST.https", "--version", "2014-08-15")
        server.terminate()
        server.communicate(timeout=10)
    assert (alone.code, compared.code) == (5, 0), (alone.out, compared.out)


def test_messages_go_to_this_machine_where_that_is_allowed(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that names its receptor there sees them; without the option nobody waits for it, and nothing comes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MTURK_CONFORMANCE_RECEPTOR_URLS", f"http://127.0.0.1:{free.getsockname()[1]}/")
    ids = ("SendTestEventNotification.unreachable", "SendTestEventNotification.waits", "NotificationMessage.ports")
    selection = [word for name in ids for word in ("--select", name)]
    codes = []
    for allowed in (["--deliver-notifications"], []):
        with kit.start("serve", "--port", "0", "--json", *allowed) as server:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            outcome = kit.judge(url, *selection, "--version", "2008-08-02")
            server.terminate()
            server.communicate(timeout=10)
        codes.append(outcome.code)
        assert ("observed" in outcome.out) == bool(allowed), outcome.out
    assert codes == [0, 1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "99999"], "--port"),
        (["--host", "no.such.host.invalid"], "cannot listen"),
        (["--version", "2014-08-51"], "did you mean 2014-08-15?"),
        (["--snapshot", "."], "."),
        (["--prot", "1"], "--port"),
        (["--tls-cert", "."], "cannot use the certificate"),
        (["--tls-key", "."], "--tls-cert"),
    ],
)
def test_what_cannot_be_served_ends_with_2(kit: Kit, arguments: list[str], told: str) -> None:
    """The reason is told and nothing is served."""
    outcome = kit.call("serve", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err


def test_an_occupied_port_is_told(kit: Kit) -> None:
    """The port of another server is a wrong option."""
    port = kit.serve().url.rstrip("/").rpartition(":")[2]
    outcome = kit.call("serve", "--port", port)
    assert outcome.code == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in outcome.err


def test_half_a_pair_of_credentials_is_refused(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in the same shell would sign with other keys than those served."""
    monkeypatch.delenv("MTURK_SECRET_KEY")
    outcome = kit.call("serve", "--port", "0")
    assert outcome.code == 2
    assert "only one of MTURK_ACCESS_KEY_ID and MTURK_SECRET_KEY is set" in outcome.err
