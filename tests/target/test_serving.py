"""Serving in the foreground: until a signal, with a snapshot that outlives the process."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.bindings.query import Credentials
from conformance.errors import KitError, UsageError
from conformance.reference.endpoint import Options
from conformance.target.control_drivers import ControlApi, ControlRequesters, ControlWorkers, control_url_of
from conformance.target.serving import make_endpoint, new_credentials, serve_forever, snapshot_of
from conformance.transport.client import Client

ACCOUNT = Credentials(access_key_id="AKIA1", secret_key="secret1")
SERVE = """
import sys
from pathlib import Path
from conformance.bindings.query import Credentials
from conformance.reference.endpoint import Options
from conformance.target.serving import serve_forever
serve_forever(
    "127.0.0.1", 0, credentials=[Credentials(access_key_id="AKIA1", secret_key="secret1")],
    options=Options(control_token="t"), snapshot=Path(sys.argv[1]), ready=lambda url: print(url, flush=True),
)
print("stopped", flush=True)
"""


@contextmanager
def serving(snapshot: Path, how: signal.Signals) -> Iterator[ControlApi]:
    """Serve in another process during the block, and end it by a signal."""
    with (
        subprocess.Popen(
            [sys.executable, "-P", "-c", SERVE, str(snapshot)], stdout=subprocess.PIPE, text=True
        ) as process,
        Client() as client,
    ):
        assert process.stdout is not None
        yield ControlApi(client, control_url_of(process.stdout.readline().strip()), "t")
        process.send_signal(how)
        assert process.stdout.readline() == "stopped\n"
    assert process.returncode == 0


def test_a_served_endpoint_goes_on_from_its_snapshot(tmp_path: Path) -> None:
    """Both signals end it in order; what it held is there the next time, and the file holds no secret."""
    snapshot = tmp_path / "snapshot.json"
    with serving(snapshot, signal.SIGTERM) as api:
        worker = ControlWorkers(api).new_worker()
        account = ControlRequesters(api).new_requester("1.00")
    assert "secret1" not in snapshot.read_text()
    with serving(snapshot, signal.SIGINT) as api:
        assert ControlWorkers(api).read_messages(worker) == ()
        rows = {row["access_key_id"]: row for row in api.get("snapshot")["requesters"]}
        assert rows[account.access_key_id]["secret_key"] == account.secret_key
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot.json"]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"requesters": 1}', '{"requesters": [], "format": 99}'])
def test_a_file_that_is_no_snapshot_is_refused(content: str, tmp_path: Path) -> None:
    """Nothing is served from a broken snapshot, and the file stays as it is."""
    path = tmp_path / "snapshot.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="snapshot"):
        serve_forever("127.0.0.1", 0, credentials=[ACCOUNT], options=Options(), snapshot=path, ready=lambda _url: None)
    assert path.read_text() == content


def test_a_snapshot_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The loss is said when the endpoint stops."""
    path = tmp_path / "none" / "snapshot.json"

    def stop(_url: str) -> None:
        signal.raise_signal(signal.SIGTERM)

    with pytest.raises(KitError, match="cannot write the snapshot"):
        serve_forever("127.0.0.1", 0, credentials=[ACCOUNT], options=Options(), snapshot=path, ready=stop)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_snapshot_needs_the_credentials_of_its_requesters() -> None:
    """Secret keys come from whoever starts the endpoint; a further Requester may come in, none may be missing."""
    snapshot = json.loads(json.dumps(snapshot_of(make_endpoint([ACCOUNT], Options()))))
    other = new_credentials()
    assert set(make_endpoint([other, ACCOUNT], Options(), snapshot).store.requesters) == {
        "AKIA1",
        other.access_key_id,
    }
    with pytest.raises(UsageError, match="AKIA1, whose credentials are not given"):
        make_endpoint([other], Options(), snapshot)


def test_an_occupied_port_is_told_before_anything_is_served() -> None:
    """Another server's port is a wrong option of the user's."""

    def again(url: str) -> None:
        port = int(url.rstrip("/").rsplit(":", 1)[1])
        serve_forever("127.0.0.1", port, credentials=[ACCOUNT], options=Options(), ready=again)

    with pytest.raises(UsageError, match="cannot listen"):
        serve_forever("127.0.0.1", 0, credentials=[ACCOUNT], options=Options(), ready=again)


def test_new_credentials_have_the_form_of_the_services_own() -> None:
    """Twenty capitals and digits, forty characters of secret, never the same twice."""
    first, second = new_credentials(), new_credentials()
    assert len(first.access_key_id) == 20
    assert first.access_key_id.isalnum()
    assert len(first.secret_key) == 40
    assert first != second
    assert first.secret_key not in repr(first)
