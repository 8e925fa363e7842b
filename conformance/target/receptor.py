"""The kit's web service for notifications: what an endpoint sends there, and how it is answered."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from conformance.errors import NotMeasured
from conformance.target.drivers import Sent
from conformance.transport.handler import plain
from conformance.transport.server import running
from conformance.wire.messages import HttpRequest, HttpResponse, header

T = TypeVar("T")
SUPPORTED_PORTS = (None, 80, 443)
MOST_OCTETS = 1024 * 1024  # of a message


class Inbox:
    """An address of the receptor, ``destination``, that nobody else uses.

    It answers with ``status`` after so many seconds; ``answered`` counts the messages that an answer was given to.
    """

    def __init__(self, destination: str, *, status: int, after: float) -> None:
        self.destination = destination
        self.status = status
        self.after = after
        self.came: list[Sent] = []
        self.answered = 0

    def messages(self) -> tuple[Sent, ...]:
        """Return the messages that came, oldest first."""
        return tuple(self.came)


class Receptor:
    """Takes in messages at ``urls``, the addresses under which the endpoint reaches `handle`.

    ``listening`` serves it as long as somebody wants to hear; ``sleep`` waits for some seconds, ``now`` is the time in
    seconds since the epoch.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        listening: Callable[["Receptor"], AbstractContextManager[object]] = lambda receptor: nullcontext(),
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._urls = tuple(urls)
        self._listening = listening
        self._sleep = sleep
        self._now = now
        self._inboxes: dict[str, Inbox] = {}
        self._taking_in = threading.Lock()

    @contextmanager
    def listen(self) -> Iterator[None]:
        """Take in messages during the block; raises UsageError where that cannot be."""
        with self._listening(self):
            yield

    def inbox(self, name: str, *, status: int = 200, after: float = 0.0, supported: bool = True) -> Inbox:
        """Return a new address on a port that receptors may have, or (not ``supported``) on one that they may not.

        NotMeasured where the receptor has no address of that kind; on a port that is not supported one is given
        though, if it has no other.
        """
        fit = [url for url in self._urls if (urlsplit(url).port in SUPPORTED_PORTS) == supported]
        if not fit and not supported:
            raise NotMeasured("the receptor has no address on another port than 80 and 443: add one to receptor_urls")
        base = (fit or self._urls)[0].rstrip("/")
        inbox = Inbox(f"{base}/{quote(name, safe='')}", status=status, after=after)
        self._inboxes[name] = inbox
        return inbox

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Take in a message; who it is for stands at the end of the path."""
        path, _, query = request.url.partition("?")
        inbox = self._inboxes.get(unquote(path.rpartition("/")[2]))
        if inbox is None:
            return plain(404, "Nobody listens here.")
        message = Sent(
            transport="REST" if request.method == "GET" else "SOAP",
            method=request.method,
            destination=f"{inbox.destination}?{query}" if query else inbox.destination,
            content_type=header(request.headers, "Content-Type") or "",
            body=request.body.decode("utf-8", "replace"),
            at=self._now(),
        )
        with self._taking_in:
            inbox.came.append(message)
        if inbox.after:
            self._sleep(inbox.after)
        with self._taking_in:
            inbox.answered += 1
        return plain(inbox.status, "Taken in.")

    def wait(self, seconds: float) -> None:
        """Let some seconds pass, in which messages may come."""
        self._sleep(seconds)

    def awaited(self, read: Callable[[], T], good: Callable[[T], bool], *, seconds: float = 10.0) -> T:
        """Read until ``good``, for so many seconds at most; return what was read last."""
        left = seconds
        while not good(value := read()) and left > 0:
            self._sleep(0.1)
            left -= 0.1
        return value


def at_address(host: str, port: int) -> Callable[[Receptor], AbstractContextManager[object]]:
    """Return what serves a receptor on an address of this machine during a ``with`` block."""
    return lambda receptor: running(receptor.handle, host=host, port=port, max_body=MOST_OCTETS, serialise=False)
