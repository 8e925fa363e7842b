"""Replies of the Query binding as a service writes them.

Source: genuine replies (a bare tree without namespace, the prologue without encoding, all on one line; errors
of authentication under OperationRequest without a result, those of the operation under the result's Request,
those of the front end in a root of their own).
"""

from collections.abc import Iterable

from lxml import etree

from conformance.bindings.elements import append_values
from conformance.bindings.query import ServiceError
from conformance.spec.shapes import Shapes
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpResponse
from conformance.wire.xml import serialise

XML = "text/xml;charset=UTF-8"


def _append_errors(parent: etree._Element, errors: Iterable[ServiceError]) -> None:
    list_of_errors = etree.SubElement(parent, "Errors")
    for error in errors:
        node = etree.SubElement(list_of_errors, "Error")
        etree.SubElement(node, "Code").text = error.code
        etree.SubElement(node, "Message").text = error.message
        for key, value in error.data:
            data = etree.SubElement(node, "Data")
            etree.SubElement(data, "Key").text = key
            etree.SubElement(data, "Value").text = value


def _append_echo(request: etree._Element, name: str, type_name: str, values: Values, shapes: Shapes) -> None:
    """Echo the parameters; a structure carries the index it was sent with as ``tag``, as genuine replies do."""
    echo = etree.SubElement(request, name)
    known = shapes.type(type_name)
    members = {member.name for member in known.elements} if known else set()
    append_values(echo, type_name, {key: values[key] for key in values if key in members}, shapes)
    for node in echo.iterchildren(tag=etree.Element):
        if len(node):
            node.set("tag", str(1 + sum(1 for twin in node.itersiblings(node.tag, preceding=True))))


def operation_reply(
    shapes: Shapes,
    operation: str,
    request_id: str,
    *,
    values: Values | None = None,
    errors: Iterable[ServiceError] = (),
    echo: Values | None = None,
) -> etree._Element:
    """Build the reply of an operation: its result with ``values``, or with ``errors`` under Request.

    ``echo`` holds the parameters to repeat under Request (response group Request); None leaves them out.
    """
    shape = shapes.operation(operation)
    errors = tuple(errors)
    root = etree.Element(shape.response)
    etree.SubElement(etree.SubElement(root, "OperationRequest"), "RequestId").text = request_id
    result = etree.SubElement(root, shape.result.name)
    request = etree.SubElement(result, "Request")
    etree.SubElement(request, "IsValid").text = "False" if errors else "True"
    if echo is not None and shape.echo:
        _append_echo(request, shape.echo, shape.request.name, echo, shapes)
    if errors:
        _append_errors(request, errors)
    append_values(result, shape.result.type, values or {}, shapes)
    return root


def access_refusal(operation: str, request_id: str, errors: Iterable[ServiceError]) -> etree._Element:
    """Build the reply to a call that never reached its operation (authentication): no result element."""
    root = etree.Element(f"{operation}Response")
    access = etree.SubElement(root, "OperationRequest")
    etree.SubElement(access, "RequestId").text = request_id
    _append_errors(access, errors)
    return root


def front_end_refusal(request_id: str, error: ServiceError) -> etree._Element:
    """Build the reply of the front end, which knows no operation: root Response, id in RequestID."""
    root = etree.Element("Response")
    _append_errors(root, [error])
    etree.SubElement(root, "RequestID").text = request_id
    return root


def write_reply(root: etree._Element, *, status: int = 200) -> HttpResponse:
    """Serialise a reply tree as an HTTP response."""
    return HttpResponse(status=status, headers=(("Content-Type", XML),), body=serialise(root))
