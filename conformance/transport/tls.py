"""A TLS door in front of a server: it takes the encryption off and passes the octets on, as a proxy would."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from conformance.errors import UsageError

_PIECE = 64 * 1024
_OPENING = 10.0


def tls_context(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """Return what a TLS server needs of a certificate (PEM, its chain behind it) and its key, in a file or beside it.

    Raises UsageError where they cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # what is wrong with the files is an OSError too
        raise UsageError(
            f"cannot use the certificate {certificate}" + (f" with the key {key}" if key else "") + f": {error}. "
            "Give both in PEM, the key without a password."
        ) from error
    return context


@contextmanager
def tls_door(url: str, context: ssl.SSLContext, *, host: str, port: int) -> Iterator[str]:
    """Pass on, during a ``with`` block, what comes to ``host`` and ``port`` (0: a free one) to the server at ``url``.

    The value is the https URL.  Raises UsageError where it cannot listen.
    """
    door = _Door(url, context, host, port)
    thread = threading.Thread(target=door.run, name="tls-door", daemon=True)
    thread.start()
    try:
        yield door.opened.result(timeout=_OPENING)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host} port {port}: {error}. Choose another port (0 for any free one) or an address "
            "of this machine."
        ) from error
    finally:
        door.close()
        thread.join(timeout=5)


class _Door:
    """A door whose connections are passed on by a thread of its own; ``opened`` tells the URL, or why there is none."""

    def __init__(self, url: str, context: ssl.SSLContext, host: str, port: int) -> None:
        self.opened: Future[str] = Future()
        self._inside = urlsplit(url)
        self._context = context
        self._where = host, port
        self._closing: Callable[[], object] = lambda: None

    def run(self) -> None:
        """Pass on until `close` is called; what is still open then is dropped."""
        asyncio.run(self._run())

    def close(self) -> None:
        """Let `run` return."""
        self._closing()

    async def _run(self) -> None:
        closed, loop = asyncio.Event(), asyncio.get_running_loop()
        host, port = self._where
        try:
            server = await asyncio.start_server(self._serve, host, port, ssl=self._context)
        except (OSError, OverflowError) as error:
            self.opened.set_exception(OSError(str(error)))
            return
        self._closing = lambda: loop.call_soon_threadsafe(closed.set)
        shown = f"[{host}]" if ":" in host else host
        self.opened.set_result(f"https://{shown}:{server.sockets[0].getsockname()[1]}{self._inside.path or '/'}")
        await closed.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inside = await asyncio.open_connection(self._inside.hostname, self._inside.port)
        except OSError:
            writer.close()
            return
        ends = (writer, inside[1])
        ways = [asyncio.ensure_future(_pass_on(*way)) for way in ((reader, inside[1]), (inside[0], writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.close()
        except asyncio.CancelledError:  # the door is closed, and nothing is waited for any more
            for end in ends:
                end.transport.abort()
            raise
        finally:
            for way in ways:
                way.cancel()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on all that comes until an end closes."""
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
