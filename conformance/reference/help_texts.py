"""What the service says about its own operations and response groups.

Source: the article Help of 2008-08-02 and the elements of the message schemas; the later pages no longer have it.
"""

from conformance.reference.context import Context, Handler
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.refusals import Refusal
from conformance.reference.response_groups import MEMBERS, MINIMAL, OFFERS, REQUEST, Offer
from conformance.spec.shapes import Shapes
from conformance.wire.flattening import Values

_NO_PARAMETER = ("ResponseGroup", "Unused")


def help_about(context: Context) -> Values:
    """Describe the operations, or the response groups, that are named."""
    kind = context.values.optional("HelpType", str)
    if kind is None:
        raise Refusal(missing("HelpType"))
    names = context.values.all("About", str)
    if kind == "Operation":
        return {"OperationInformation": [_operation(name, context.shapes) for name in names]}
    return {"ResponseGroupInformation": [_response_group(name, context.shapes) for name in names]}


def _operation(name: str, shapes: Shapes) -> Values:
    if name not in shapes.operations:
        raise Refusal(unacceptable("About", name, "there is no such operation"))
    parameters = [one for one in shapes.operation(name).request.elements if one.name not in _NO_PARAMETER]
    offer = OFFERS.get(name, Offer())
    lists = {
        "RequiredParameters": ("Parameter", [one.name for one in parameters if one.min]),
        "AvailableParameters": ("Parameter", [one.name for one in parameters]),
        "DefaultResponseGroups": ("ResponseGroup", list(offer.default)),
        "AvailableResponseGroups": ("ResponseGroup", [MINIMAL, REQUEST, *offer.further]),
    }
    return {"Name": [name], **_lists(lists)}


def _response_group(name: str, shapes: Shapes) -> Values:
    operations = [one for one in shapes.operations if name in (MINIMAL, REQUEST, *OFFERS.get(one, Offer()).further)]
    if not operations:
        raise Refusal(unacceptable("About", name, "there is no such response group"))
    elements = sorted(MEMBERS.get(name, ()))
    return {"Name": [name], **_lists({"ValidOperations": ("Operation", operations), "Elements": ("Element", elements)})}


def _lists(lists: dict[str, tuple[str, list[str]]]) -> Values:
    """Return the value tree of lists of names, the empty ones left out."""
    return {name: [{item: list(texts)}] for name, (item, texts) in lists.items() if texts}


HANDLERS: dict[str, Handler] = {"Help": help_about}
