"""The command line, whose endpoint says through a pipe that a request has arrived, before it does anything about it.

``FAULT`` spoils what is kept, for a test to see that it is missed.
"""

import os
from itertools import count
from typing import Any

from conformance.cli import main
from conformance.reference.endpoint import Endpoint
from conformance.reference.store import Store
from conformance.target.state import State
from conformance.wire.messages import HttpRequest, HttpResponse

handle = Endpoint.handle
keep = State._keep
note = State._note
pipe = int(os.environ["ARRIVALS"])
turns = count()


def noting(self: Endpoint, request: HttpRequest, at: float) -> HttpResponse:
    """Say that a request has arrived, then answer it."""
    os.write(pipe, b"a")
    return handle(self, request, at)


def keep_late(self: State, store: Store) -> None:
    """Keep what three requests have changed at a time."""
    if next(turns) % 3 == 0:
        keep(self, store)


def keep_apart(self: State, store: Store) -> None:
    """Keep the change of a balance in a transaction of its own, with some time before the rest."""
    rest = [change for change in self._changes if change[0] != "requesters"]
    self._changes = [change for change in self._changes if change[0] == "requesters"]
    keep(self, store)
    self._changes = rest
    keep(self, store)


def forget_tokens(self: State, table: str, record: Any) -> None:
    """Keep all but the tokens."""
    if table != "tokens":
        note(self, table, record)


Endpoint.handle = noting  # type: ignore[method-assign]
match os.environ.get("FAULT"):
    case "late":
        State._keep = keep_late  # type: ignore[method-assign]
    case "apart":
        State._keep = keep_apart  # type: ignore[method-assign]
    case "tokens":
        State._note = forget_tokens  # type: ignore[method-assign]
main()
