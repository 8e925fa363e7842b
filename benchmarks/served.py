"""The embedded endpoint in a process of its own, for benchmarks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(environment: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the endpoint; yield its URL and an environment that holds its credentials."""
    arguments = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--control", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, **environment}) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield told["url"], {name: value for name, value in told.items() if name.startswith("MTURK")}
        finally:
            process.terminate()
