"""What is served: a function from request to response, and what makes it safe to serve."""

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext

from conformance.wire.messages import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger(__name__)
# What belongs to one connection (RFC 9110, 7.6.1) is the server's to say; a length only has one right value.
_NOT_THE_HANDLERS = frozenset(
    (
        "connection",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
_WITHOUT_BODY = frozenset((*range(100, 200), 204, 304))  # RFC 9110, 6.4.1


def guarded(handler: Handler, *, serialise: bool = True) -> Handler:
    """Return ``handler`` so that an exception becomes a 500 with its traceback on the log, and lengths are right.

    ``serialise`` calls it for one request at a time, for handlers over a store without locks of its own.
    """
    turn = threading.Lock() if serialise else nullcontext()

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            with turn:
                response = handler(request)
        except Exception:
            _log.exception("The handler failed on %s %s", request.method, request.url.partition("?")[0])
            response = plain(500, "The endpoint failed on this request; its log says why.")
        return framed(response)

    return answer


def framed(response: HttpResponse) -> HttpResponse:
    """Return a response with its length, without what is not a handler's to say, without a body where none can be."""
    headers = [(name, value) for name, value in response.headers if name.lower() not in _NOT_THE_HANDLERS]
    if response.status in _WITHOUT_BODY:
        return HttpResponse(status=response.status, headers=tuple(headers))
    headers.append(("Content-Length", str(len(response.body))))
    return HttpResponse(status=response.status, headers=tuple(headers), body=response.body)


def plain(status: int, text: str) -> HttpResponse:
    """Return a response of one line of text."""
    return HttpResponse(
        status=status, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=f"{text}\n".encode()
    )
