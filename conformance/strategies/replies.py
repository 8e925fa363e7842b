"""Replies as grammar: the envelope that all operations share, around a result that its type describes.

Source: ``schemas/requester/envelope.xsd``, and genuine replies: errors of an operation stand under the Request of its
result, those of access under OperationRequest, without a result.
"""

from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from lxml import etree

from conformance.bindings.elements import append_values
from conformance.spec.shapes import ElementShape, OperationShape
from conformance.strategies.content import content_of
from conformance.strategies.grammar import COUNTERS, REQUEST, Grammar, append_members, fill, occurrences
from conformance.wire.flattening import Values

Outcome: TypeAlias = Literal["success", "refusal", "access refusal"]
OUTCOMES: tuple[Outcome, ...] = ("success", "success", "success", "refusal", "access refusal")
"""What a reply says, each as often as it should come up."""
_CODES = (
    "AWS.MechanicalTurk.InvalidParameterValue",
    "AWS.MechanicalTurk.InsufficientFunds",
    "AWS.ParameterOutOfRange",
    "AWS.MissingParameters",
)
_ACCESS_CODES = ("AWS.NotAuthorized", "AWS.BadCredentialSupplied")


def write_reply(
    operation: str, grammar: Grammar, *, outcome: Outcome = "success", echo: Values | None = None
) -> etree._Element:
    """Return a whole reply of an operation; ``echo`` are parameters to repeat under Request, None for no echo.

    A refusal has no data.  Where the schemas leave out pieces of OperationRequest or allow several results, replies
    that are not ``genuine`` do so as well.
    """
    shape = grammar.shapes.operation(operation)
    root = etree.Element(shape.response)
    access = outcome == "access refusal"
    if access or grammar.genuine or grammar.flag():
        _append_access(root, grammar, refused=access)
    if access:
        return root
    results = 1 if grammar.genuine or shape.result.max else grammar.choices.integer(1, 2)
    for _ in range(results):
        result = etree.SubElement(root, shape.result.name)
        _append_members(result, shape.result, grammar, data=outcome == "success")
        _complete_request(result, shape, grammar, refused=outcome == "refusal", echo=echo)
        if grammar.genuine:
            _format_prices(result)
    return root


def _format_prices(result: etree._Element) -> None:
    """Let every price say its amount for people, in dollars; an echo of parameters stays as it was sent."""
    for amount in result.iter("Amount"):
        price = amount.getparent()
        if price is not None and not any(above.tag == REQUEST for above in price.iterancestors()):
            formatted = price.find("FormattedPrice")
            formatted = etree.SubElement(price, "FormattedPrice") if formatted is None else formatted
            formatted.text = f"${Decimal(amount.text or '0'):,.2f}"


def _append_access(root: etree._Element, grammar: Grammar, *, refused: bool) -> None:
    access = etree.SubElement(root, "OperationRequest")
    if grammar.genuine:
        etree.SubElement(access, "RequestId").text = str(UUID(int=grammar.choices.integer(0, 2**128 - 1)))
    else:
        parts = content_of(grammar.shapes, "OperationRequest").parts
        append_members(access, occurrences(parts, grammar, absent=("Errors",)), grammar)
    if refused:
        _append_errors(access, _ACCESS_CODES, grammar)


def _complete_request(
    result: etree._Element, shape: OperationShape, grammar: Grammar, *, refused: bool, echo: Values | None
) -> None:
    request = result.find(REQUEST)
    assert request is not None, f"{shape.result.type} has no Request"
    if echo is not None and shape.echo:
        _append_echo(request, shape.echo, shape.request.name, echo, grammar)
    if refused:
        request[0].text = "False"
        _append_errors(request, _CODES, grammar)


def _append_echo(request: etree._Element, name: str, type_name: str, values: Values, grammar: Grammar) -> None:
    """Echo parameters; in genuine replies a structure carries its index as ``tag``, which no schema knows."""
    echo = etree.SubElement(request, name)
    append_values(echo, type_name, values, grammar.shapes)
    for node in echo if grammar.genuine else ():
        if len(node):
            node.set("tag", str(1 + sum(1 for twin in node.itersiblings(node.tag, preceding=True))))


def _append_errors(parent: etree._Element, codes: tuple[str, ...], grammar: Grammar) -> None:
    errors = etree.SubElement(parent, "Errors")
    for _ in range(grammar.choices.integer(1, 2)):
        error = etree.SubElement(errors, "Error")
        fill(error, "Error", grammar)
        error[0].text = grammar.choices.pick(codes)


def _append_members(result: etree._Element, member: ElementShape, grammar: Grammar, *, data: bool) -> None:
    """Append Request, and where there are ``data`` all else; the counters of a list say how many items it has."""
    shape = grammar.shapes.type(member.type)
    assert shape is not None, f"{member.name} has simple content"
    parts = content_of(grammar.shapes, member.type).parts
    members = occurrences(parts, grammar, present=(REQUEST,))
    wanted = (one for one in members if data or one.name == REQUEST)
    append_members(result, wanted, grammar, hollow=not grammar.genuine)
    if data and all(map(shape.element, COUNTERS)):
        listed = sum(len(result.findall(item.name)) for item in shape.elements if item.max is None)
        _count(result, listed, grammar)


def _count(result: etree._Element, listed: int, grammar: Grammar) -> None:
    more = grammar.choices.integer(0, 200)
    page = grammar.choices.integer(1, 20) if more else 1
    for name, number in zip(COUNTERS, (listed, listed + more, page), strict=True):
        if (counter := result.find(name)) is not None:
            counter.text = str(number)
