"""Faults derived from the boundary sweeps: what is wrong with a parameter is noticed, and answered with success.

One defect for each parameter of which some requirement says what is refused.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.mistyped import taking_any_type
from conformance.defects.places import last_shapes
from conformance.defects.planting import OfOperation, Plant, planting
from conformance.reference.context import Context
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.parameters import Parameters
from conformance.reference.refusals import Refusal
from conformance.spec.requirements import requirements, requirements_of
from conformance.spec.shapes import Shapes, TypeShape, shapes_for
from conformance.spec.versions import KNOWN, TODAY
from conformance.strategies.sweep import sweep
from conformance.wire.flattening import Values


def _stated() -> dict[tuple[str, str], set[str]]:
    """Return the requirements that the sweeps of each operation and parameter decide."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for version in KNOWN:
        for operation in shapes_for(version).operations:
            for message in sweep(shapes_for(version), operation) if operation in HANDLERS else ():
                if message.requirement and requirements()[message.requirement].level != "MAY":
                    found[operation, message.parameter].add(message.requirement)
    return found


def _pardoning(operation: str, parameter: str) -> Plant:
    """Answer with a success without data where the reply would say that the parameter is at fault."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.shape_reply

        def shape(name: str, reply: etree._Element) -> etree._Element:
            reply = unchanged(name, reply)
            for request in reply.iterfind("*/Request") if name == operation else ():
                errors = request.find("Errors")
                if errors is not None and parameter in {value.text for value in errors.iterfind("Error/Data/Value")}:
                    request.remove(errors)
                    for valid in request.iterfind("IsValid"):
                        valid.text = "True"
            return reply

        endpoint.shape_reply = OfOperation(operation=operation, changed=shape, unchanged=unchanged)

    return plant


def _pardoning_today(operation: str, parameter: str) -> Plant:
    """Do the same in 2017-01-17, whose refusals have no reply that could be changed."""

    def plant(endpoint: Endpoint) -> None:
        strict, handler, nothing = endpoint.read_parameters, endpoint.handlers[operation], Parameters(sent={}, read={})

        def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
            try:
                return strict(values, shape, shapes)
            except Refusal as refusal:
                if _pardons(refusal, shape.name, shapes.version):
                    return nothing
                raise

        def handle(context: Context) -> Values:
            if context.values is nothing:
                return {}
            try:
                return handler(context)
            except Refusal as refusal:
                if _pardons(refusal, f"{operation}Request", context.version):
                    return {}
                raise

        def _pardons(refusal: Refusal, asked: str, version: str) -> bool:
            named: set[Any] = {value for error in refusal.errors for _, value in error.data}
            return version == TODAY and asked == f"{operation}Request" and parameter in named

        endpoint.read_parameters = OfOperation(operation=operation, changed=read, unchanged=strict)
        endpoint.handlers[operation] = handle

    return plant


def derived() -> Iterator[Defect]:
    """Yield a defect for each parameter of which a requirement says what is refused."""
    for (operation, parameter), broken in _stated().items():
        article = last_shapes(operation).operation(operation).result.type.removesuffix("Result")
        of_article = [f"{article}.*"] if requirements_of(article) else []
        yield defect(
            f"{operation}/{parameter}/pardoned",
            planting(
                _pardoning(operation, parameter),
                taking_any_type(operation),
                _pardoning_today(operation, parameter),
            ),
            *sorted(broken),
            also=(f"{operation}.*", *of_article, "Common.Ids.told", "Common.Paging.*"),
            because="a success that should be none has no data",
        )
