"""The suites against a bare replay of the requests that they sent.

Both sides talk to a fresh endpoint with the same credentials.  The replay sends all that the endpoint got in the very
run before it, in the same order and through a plain ``requests.Session``: without what Workers do, the endpoint would
have far less to do than in the run.  All API versions are run,
as a release would be tested.  What waits for a clock does so without waiting: the endpoint's clock is moved.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from noted import noted
from served import served
from timing import interleaved, seconds, verdict

from conformance.spec.versions import VERSIONS

ROUNDS = 3
CONTROL = "/control/"


def run_suites(log: Path, credentials: dict[str, str]) -> float:
    """Return the seconds that ``run`` takes from start to end against a fresh endpoint; note its requests."""
    with served(credentials) as server:
        command = [sys.executable, "noted.py", str(log), "run", server.url, "--seed", "1", "--keep-secrets"]
        drivers = ["--worker-driver", "http", "--clock-driver", "http", "--restart-hook", "http"]
        versions = [f"--version={version}" for version in VERSIONS]
        arguments = [*command, *drivers, *versions, "--record", str(log.with_suffix(".jsonl"))]
        return seconds(
            lambda: subprocess.run(
                arguments, check=True, env={**os.environ, **server.environment}, stdout=subprocess.DEVNULL
            )
        )


def replay(log: Path, credentials: dict[str, str]) -> float:
    """Return the seconds that a bare session takes for the requests noted, against a fresh endpoint."""
    sent = list(noted(log))
    with served(credentials) as server, requests.Session() as session:

        def send() -> None:
            for method, url, headers, body in sent:
                session.request(method, server.url + url.split("/", 3)[3], data=body, headers=headers, timeout=30)

        return seconds(send)


def main() -> int:
    """Measure both; return 1 if the limit is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        log = Path(folder) / "requests"
        with served({}) as server:
            credentials = server.environment
        medians = interleaved(
            {"suites": lambda: run_suites(log, credentials), "replay": lambda: replay(log, credentials)}, ROUNDS
        )
        urls = [url for _, url, _, _ in noted(log)]
    control = sum(CONTROL in url for url in urls)
    sys.stdout.write(
        f"{len(urls)} requests, {control} of them to the control API; "
        f"suites {medians['suites']:.2f} s, bare replay {medians['replay']:.2f} s\n"
    )
    return 0 if verdict("suites / replay", medians["suites"] / medians["replay"], goal=2, limit=3) else 1


if __name__ == "__main__":
    sys.exit(main())
