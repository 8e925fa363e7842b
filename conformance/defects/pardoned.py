"""Faults derived from the boundary sweeps: what is wrong with a parameter is noticed, and answered with success.

One defect for each parameter of which some requirement says what is refused.
"""

from collections import defaultdict
from collections.abc import Iterator

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.places import last_shapes
from conformance.defects.planting import OfOperation, Plant
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.spec.requirements import requirements, requirements_of
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.strategies.sweep import sweep


def _stated() -> dict[tuple[str, str], set[str]]:
    """Return the requirements that the sweeps of each operation and parameter decide."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for version in VERSIONS:
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


def derived() -> Iterator[Defect]:
    """Yield a defect for each parameter of which a requirement says what is refused."""
    for (operation, parameter), broken in _stated().items():
        article = last_shapes(operation).operation(operation).result.type.removesuffix("Result")
        yield defect(
            f"{operation}/{parameter}/pardoned",
            _pardoning(operation, parameter),
            *sorted(broken),
            also=(f"{operation}.*", *([f"{article}.*"] if requirements_of(article) else ())),
            because="a success that should be none has no data",
        )
