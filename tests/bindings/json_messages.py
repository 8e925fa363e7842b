"""Messages of 2017-01-17 for the tests of its binding."""

import json
from typing import Any

from lxml import etree

from conformance.bindings.json import TARGET
from conformance.bindings.json_values import append
from conformance.spec.data import cases_dir
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse

URL = "http://endpoint.test/"
PREFIX = "MTurkRequesterServiceV20170117"
VECTORS: list[dict[str, Any]] = json.loads((cases_dir() / "vectors" / "json.json").read_text("utf-8"))["vectors"]


def vectors(kind: str) -> dict[str, dict[str, Any]]:
    """Return the vectors of a kind by their names."""
    return {vector["name"]: vector for vector in VECTORS if vector["kind"] == kind}


def reply(content: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Return a reply with a JSON value, or with bytes, as its body."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return HttpResponse(status=status, headers=tuple(headers.items()), body=body)


def request_of(operation: str, body: bytes, **headers: str) -> HttpRequest:
    """Return a call of an operation by its name of 2017-01-17; in the names of headers an underline is a hyphen."""
    named = ((TARGET, f"{PREFIX}.{operation}"), *((name.replace("_", "-"), text) for name, text in headers.items()))
    return HttpRequest(method="POST", url=URL, headers=named, body=body)


def tree_of(operation: str, results: Values) -> etree._Element:
    """Return the reply of an operation as the tree that it is in all bindings."""
    root = etree.Element(f"{operation}Response")
    append(root, {"OperationRequest": [{"RequestId": ["id"]}], **results})
    return root
