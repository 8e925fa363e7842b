"""The embedded endpoint in a process of its own, for benchmarks."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from timing import KIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An endpoint: its URL, an environment that holds its credentials, the id of its process."""

    url: str
    environment: dict[str, str]
    pid: int


@contextmanager
def served(environment: Mapping[str, str], *options: str) -> Iterator[Served]:
    """Serve the endpoint with these options of the command; ``environment`` may hold credentials for it."""
    arguments = [*KIT, "serve", "--port", "0", "--control", "--json", *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, **environment}) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        own = {name: value for name, value in told.items() if name.startswith("MTURK")}
        try:
            yield Served(url=told["url"], environment={**environment, **own}, pid=process.pid)
        finally:
            process.terminate()
