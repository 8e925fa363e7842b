"""The command line with every HTTP request noted in a file before it is sent: ``python noted.py FILE run URL …``.

What is noted is all that the endpoint gets, the control API and the clean-up included, in the order of sending.
"""

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import requests
from requests.adapters import HTTPAdapter

from conformance.cli import main

HEADERS = ("Content-Type", "Authorization")


def note_in(file: BinaryIO) -> None:
    """Have every request of this process noted in a file."""
    send = HTTPAdapter.send

    def noting(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        pickle.dump((request.method, request.url, headers, request.body), file)
        return send(self, request, *args, **kwargs)

    HTTPAdapter.send = noting  # type: ignore[method-assign]


def noted(path: Path) -> Iterator[tuple[str, str, dict[str, str], bytes | None]]:
    """Yield the requests in a file: method, URL, headers, body."""
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)
            except EOFError:
                return


if __name__ == "__main__":
    with Path(sys.argv.pop(1)).open("wb") as log:
        note_in(log)
        sys.exit(main())
