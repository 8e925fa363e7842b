"""The suites against a bare replay of the requests that they sent.

Both sides talk to a fresh endpoint with the same credentials; the replay sends the recorded requests, those of the
control API left out, through a plain ``requests.Session``.  All API versions are run, as a release would be tested.
What waits for a clock does so without waiting: the endpoint's clock is moved.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from served import served
from timing import interleaved, seconds, verdict

from conformance.record.reader import read_record
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpRequest

ROUNDS = 3


def run_suites(record: Path, credentials: dict[str, str]) -> float:
    """Return the seconds that ``run`` takes from start to end against a fresh endpoint."""
    with served(credentials) as (url, environment):
        command = [sys.executable, "-m", "conformance", "run", url, "--seed", "1", "--keep-secrets"]
        drivers = ["--worker-driver", "http", "--clock-driver", "http", "--restart-hook", "http"]
        versions = [f"--version={version}" for version in VERSIONS]
        arguments = [*command, *drivers, *versions, "--record", str(record)]
        return seconds(
            lambda: subprocess.run(arguments, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        )


def replay(sent: list[HttpRequest], credentials: dict[str, str]) -> float:
    """Return the seconds that a bare session takes for the same requests against a fresh endpoint."""
    with served(credentials) as (url, _), requests.Session() as session:

        def send() -> None:
            for request in sent:
                path = request.url.split("/", 3)[3]
                headers = {name: value for name, value in request.headers if name == "Content-Type"}
                session.request(request.method, url + path, data=request.body, headers=headers, timeout=30)

        return seconds(send)


def main() -> int:
    """Measure both; return 1 if the limit is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        record = Path(folder) / "run.jsonl"
        with served({}) as (_, credentials):
            pass
        run_suites(record, credentials)
        sent = [exchange.request for exchange in read_record(record).exchanges.values()]
        medians = interleaved(
            {"suites": lambda: run_suites(record, credentials), "replay": lambda: replay(sent, credentials)}, ROUNDS
        )
    sys.stdout.write(f"{len(sent)} requests; suites {medians['suites']:.2f} s, bare replay {medians['replay']:.2f} s\n")
    return 0 if verdict("suites / replay", medians["suites"] / medians["replay"], goal=2, limit=3) else 1


if __name__ == "__main__":
    sys.exit(main())
