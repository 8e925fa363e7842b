"""Calling a handler through the client without a socket: the same exchange as over the network, in microseconds."""

import io
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter

from conformance.transport.bounded import unread_response
from conformance.transport.handler import Handler, guarded
from conformance.wire.messages import HttpRequest


class InProcessAdapter(BaseAdapter):
    """An adapter for `Client` that hands every request to ``handler``, wherever its URL points.

    The handler gets what it would get from the server: path and query, headers, body; its exceptions become a 500.
    That a URL is https is told by the header that proxies use.
    ``serialise``: see `handler.guarded`.
    """

    def __init__(self, handler: Handler, *, serialise: bool = True) -> None:
        super().__init__()
        self._handler = guarded(handler, serialise=serialise)

    def send(self, request: requests.PreparedRequest, *_options: Any, **_more: Any) -> requests.Response:
        """Return the handler's response, unread; the options of a connection mean nothing here."""
        method = request.method or "GET"
        body: Any = request.body or b""
        headers = tuple(request.headers.items())
        if (request.url or "").startswith("https:"):
            headers = (*headers, ("X-Forwarded-Proto", "https"))
        response = self._handler(HttpRequest(method=method, url=request.path_url, headers=headers, body=body))
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(b"" if method == "HEAD" else response.body),
            headers=urllib3.HTTPHeaderDict(response.headers),
            status=response.status,
            preload_content=False,
            request_method=method,
        )
        return unread_response(request, raw)

    def close(self) -> None:
        """Nothing is kept open."""
