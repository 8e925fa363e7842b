"""Losing an answer on purpose: the request goes out whole, the answer is never read."""

import http.client
import select

from conformance.transport.outgoing import destination
from conformance.wire.messages import HttpRequest

LONGEST_WAIT = 2.0  # seconds for the endpoint to begin its answer before the connection is closed


def send_and_hang_up(request: HttpRequest, *, connect_timeout: float) -> None:
    """Send a request over a connection of its own and close it unread; a failure to connect or send is let be.

    The connection is closed as soon as an answer begins to arrive, so that the endpoint has surely worked on the
    request, or after `LONGEST_WAIT`.
    """
    where = destination(request.url)
    secure = where.origin.startswith("https:")
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(where.origin.partition("://")[2], timeout=connect_timeout)
    try:
        connection.request(
            request.method, where.url[len(where.origin) :] or "/", body=request.body, headers=dict(request.headers)
        )
        select.select([connection.sock], [], [], LONGEST_WAIT)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
