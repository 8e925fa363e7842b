"""How an endpoint is made to read JSON values of other types than their members have: as the texts that they are."""

from conformance.bindings.json import called, read_call
from conformance.bindings.query import Call
from conformance.defects.planting import OfOperation, Plant
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import Refusal
from conformance.spec.shapes import Shapes
from conformance.wire.messages import HttpRequest


def taking_any_type(operation: str) -> Plant:
    """Leave what is of another type to those who read the parameters of an operation."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_json

        def read(request: HttpRequest, shapes: Shapes) -> Call:
            try:
                return strict(request, shapes)
            except Refusal:
                if called(request) == operation and (call := _read(request)) and call.mistyped:
                    return call
                raise

        endpoint.read_json = OfOperation(operation=operation, changed=read, unchanged=strict)

    return plant


def _read(request: HttpRequest) -> Call | None:
    try:
        return read_call(request)
    except ValueError:
        return None
