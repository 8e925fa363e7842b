"""Between waitress's connections and a handler: a request as waitress has read it, a response as it goes out.

Waitress serves WSGI applications.  To make a WSGI environment of each request, and a header out of what WSGI answers,
costs more than to read the request: here an `application` takes it as the parser leaves it, and `Task` writes the
response.  `Parser` knows the header again that a client repeats.
"""

import http.client
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import waitress.buffers
import waitress.channel
import waitress.parser
import waitress.receiver
import waitress.task
import waitress.utilities

from conformance.transport.handler import Handler, framed, plain
from conformance.wire.messages import HttpRequest, HttpResponse, header

Application = Callable[["Parser"], HttpResponse]

_MOST_REMEMBERED = 2048


def application(handler: Handler, max_body: int) -> Application:
    """Return what carries requests to a guarded handler; one with a body of more than ``max_body`` bytes gets a 413."""
    too_long = framed(plain(413, f"The body is longer than {max_body} bytes."))

    def answer(read: Parser) -> HttpResponse:
        body = read.body_rcv
        if body is not None and len(body) > max_body:
            return too_long
        return handler(
            HttpRequest(
                method=read.command.upper(),
                url=read.request_uri,
                headers=tuple([(_name(key), value) for key, value in read.headers.items()]),
                body=b"" if body is None else body.getbuf().get(),
            )
        )

    return answer


class Parser(waitress.parser.HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads a request; a header block that came before is not read again."""

    def parse_header(self, header_plus: bytes) -> None:
        """Take over what the header block says; raises waitress's errors for one that is not HTTP."""
        known = _read(self.adj, header_plus) if len(header_plus) <= _MOST_REMEMBERED else None
        if known is None or known.chunked:
            super().parse_header(header_plus)
            return
        self.__dict__.update(vars(known))
        self.headers = dict(known.headers)
        if known.body_rcv is not None:
            buffer = waitress.buffers.OverflowableBuffer(self.adj.inbuf_overflow)
            self.body_rcv = waitress.receiver.FixedStreamReceiver(known.content_length, buffer)


class Task(waitress.task.Task):  # type: ignore[misc]
    """Answers one request, by the application of the server."""

    def execute(self) -> None:
        """Answer.  Raises ValueError for a response whose headers would break the message."""
        response = self.channel.server.application(self.request)
        asked = self.request.headers.get("CONNECTION", "").lower()
        stays = asked == "keep-alive" if self.version == "1.0" else asked != "close"
        lines = [f"HTTP/{self.version} {response.status} {http.client.responses.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        if header(response.headers, "Date") is None:
            lines.append(_date(int(self.start_time)))
        if not stays:
            lines.append("Connection: close")
        elif self.version == "1.0":
            lines.append("Connection: Keep-Alive")
        head = "\r\n".join([*lines, "", ""])
        if not head.count("\r") == head.count("\n") == len(lines) + 1:
            raise ValueError("a header of the response has a line break in it")
        octets = head.encode("latin-1") + (b"" if self.request.command == "HEAD" else response.body)
        self.close_on_finish, self.wrote_header = not stays, True
        self.channel.write_soon(octets)


class Channel(waitress.channel.HTTPChannel):  # type: ignore[misc]
    """A connection whose requests an `Application` answers."""

    parser_class = Parser
    task_class = Task

    def write_soon(self, data: bytes) -> None:
        """Send what the connection takes at once, where no other thread may be sending; the loop sends the rest."""
        if self.connected and not self.adj.threads and not self.total_outbufs_len:
            data = data[self.send(data, do_close=False) :]
        super().write_soon(data)


@lru_cache(maxsize=64)
def _read(adjustments: Any, header_block: bytes) -> Any:
    parser = waitress.parser.HTTPRequestParser(adjustments)
    parser.parse_header(header_block)
    return parser


@lru_cache(maxsize=256)
def _name(key: str) -> str:
    return key.replace("_", "-").title()


@lru_cache(maxsize=1)
def _date(at: int) -> str:
    return f"Date: {waitress.utilities.build_http_date(at)}"
