"""Serving a handler over HTTP, in the foreground or beside a test."""

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress.server
import waitress.wasyncore

from conformance.errors import UsageError
from conformance.transport.channel import Channel, application
from conformance.transport.handler import Handler, guarded
from conformance.transport.patience import Farewells, Patience, most_connections

__all__ = ["Handler", "Server", "make_server", "running"]

_REQUEST_TIME = 60.0
_WHILE_LEAVING = 0.02
_MAX_BODY = 8 * 1024 * 1024
_READ_TO_THE_END = 64 * 1024 * 1024
# From so many unsent bytes on a handler's thread waits for its client; the thread that serves must not.
_WAITS = 16 * 1024 * 1024
_NEVER_WAITS = 2**60


class _InTheLoop:
    """Carries out requests in the thread that serves, one after the other: handing each to another costs more."""

    def __init__(self) -> None:
        self._waiting: deque[Any] = deque()
        self.farewells = Farewells()

    def add_task(self, task: Any) -> None:
        """Take a request; the server still holds a lock that carrying it out needs."""
        self._waiting.append(task)

    def carry_out(self) -> None:
        """Carry out what waits."""
        while self._waiting:
            channel = self._waiting.popleft()
            if channel.requests and channel.requests[0].error:
                self.farewells.say(channel.socket)
            channel.service()
            if channel.connected and channel.close_when_flushed:
                channel.handle_write()  # closes it, without another turn of the loop

    def shutdown(self) -> None:
        """Drop what waits."""
        self._waiting.clear()
        self.farewells.close()


class Server:
    """A listening server; made by `make_server`.  ``url`` is the endpoint's, with the final slash."""

    def __init__(
        self, waitress_server: Any, sockets: dict[int, Any], url: str, tasks: _InTheLoop, patience: Patience
    ) -> None:
        self.url = url
        self._server = waitress_server
        self._tasks = tasks  # of a server without threads
        self._patience = patience
        self._sockets = sockets  # all that the server has open, kept up to date by it
        self._state = threading.RLock()  # a signal handler may call `close` in the thread that serves
        self._running = False
        self._closed = False

    def run(self) -> None:
        """Serve until `close` is called from another thread, or Ctrl-C; may be called once."""
        with self._state:
            if self._closed:
                return
            self._running = True
        try:
            while not self._closed:
                pause = _WHILE_LEAVING if self._tasks.farewells else self._patience.interval
                waitress.wasyncore.loop(timeout=pause, use_poll=True, map=self._sockets, count=1)
                self._patience.look(self._server.active_channels.values(), time.monotonic())
                self._tasks.carry_out()
                if self._tasks.farewells:
                    self._tasks.farewells.look()
        except KeyboardInterrupt:
            pass
        finally:
            with self._state:  # not before `close`, if it is at work, has woken the loop: the trigger is closed next
                self._closed = True
            self._release()

    def close(self) -> None:
        """Stop listening, drop the connections and let `run` return; safe from any thread, and more than once."""
        with self._state:
            if self._closed:
                return
            self._closed = True
            if self._running:  # the sockets belong to the thread that serves: let it close them
                self._server.trigger.pull_trigger()
            else:
                self._release()

    def _release(self) -> None:
        self._server.task_dispatcher.shutdown()
        waitress.wasyncore.close_all(self._sockets)


def make_server(
    handler: Handler,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    max_body: int = _MAX_BODY,
    threads: int = 8,
    serialise: bool = True,
    request_time: float = _REQUEST_TIME,
) -> Server:
    """Return a server for ``handler`` that listens on ``host`` and ``port`` (0: a free one) but does not serve yet.

    A request with a body of more than ``max_body`` bytes gets a 413 and never reaches the handler.  ``serialise``:
    see `handler.guarded`.  Without ``threads`` (0) the thread that serves calls the handler, one request at a time,
    which is faster where the handler never waits.  A request that takes longer than ``request_time`` seconds to arrive
    gets a 408.  Raises UsageError where it cannot listen.
    """
    listening = _listen(host, port)
    # With a handler that takes one request at a time a queue is normal, not worth a warning for each request.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    sockets: dict[int, Any] = {}
    server = waitress.server.create_server(
        application(guarded(handler, serialise=serialise), max_body),
        map=sockets,
        sockets=[listening],
        threads=threads,
        ident=None,
        # Refused only when it is there: closing on a client that still sends costs many clients the answer.
        max_request_body_size=max_body + _READ_TO_THE_END,
        connection_limit=most_connections(),
        clear_untrusted_proxy_headers=False,
        outbuf_overflow=_READ_TO_THE_END,  # answers are held in memory anyway
        outbuf_high_watermark=_NEVER_WAITS if threads == 0 else _WAITS,
    )
    server.channel_class = Channel
    patience = Patience(seconds=request_time, most=most_connections() // 2)
    tasks = _InTheLoop()
    if threads == 0:
        server.task_dispatcher = tasks
        server.pull_trigger = lambda: None  # the loop need not be woken by itself; `Server.close` pulls the trigger
    shown = f"[{host}]" if ":" in host else host
    return Server(server, sockets, f"http://{shown}:{listening.getsockname()[1]}/", tasks, patience)


@contextmanager
def running(handler: Handler, **options: Any) -> Iterator[str]:
    """Serve ``handler`` in a thread during a ``with`` block, whose value is the URL; options as `make_server`."""
    server = make_server(handler, **options)
    thread = threading.Thread(target=server.run, name="served-handler", daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
        thread.join(timeout=10)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"cannot listen on {host} port {port}: {error}. Choose another port (0 for any free one) or an address "
            "of this machine."
        ) from error
