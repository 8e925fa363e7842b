"""Calls as grammar and as trees: the parameters of an operation, and the message that SOAP carries them in."""

from lxml import etree

from conformance.bindings.elements import values_of
from conformance.spec.shapes import Shapes
from conformance.strategies.grammar import Grammar, fill
from conformance.wire.flattening import Values

COMMON = {"AWSAccessKeyId": "AKIDEXAMPLE", "Timestamp": "2014-08-15T10:00:00Z", "Signature": "c2lnbmF0dXJl"}
"""What a SOAP message carries beside its Request."""


def call_of(shapes: Shapes, operation: str) -> etree._Element:
    """Return the message of an operation as SOAP carries it, without a namespace, its Request still empty."""
    call = etree.Element(shapes.operation(operation).name)
    for name, value in COMMON.items():
        etree.SubElement(call, name).text = value
    etree.SubElement(call, "Request")
    return call


def write_request(operation: str, grammar: Grammar) -> etree._Element:
    """Return a Request element with parameters that the operation allows.

    No structure in it is empty: dotted names cannot express that.
    """
    request = etree.Element("Request")
    fill(request, grammar.shapes.operation(operation).request.name, grammar, hollow=False)
    return request


def write_call(operation: str, grammar: Grammar) -> etree._Element:
    """Return the message of an operation with parameters that it allows."""
    call = call_of(grammar.shapes, operation)
    call[-1] = write_request(operation, grammar)
    return call


def write_values(operation: str, grammar: Grammar) -> Values:
    """Return parameters that the operation allows, as a value tree."""
    return values_of(write_request(operation, grammar))
