"""One exchange, or a reply alone, read once: the call, the reply, and every element of the reply with its shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from lxml import etree

from conformance.bindings.exchanges import answer_to, answers_in, calls_of
from conformance.bindings.query import Answer, Call
from conformance.bindings.soap import is_soap
from conformance.spec.shapes import ElementShape, Shapes, TypeShape, shapes_for
from conformance.spec.versions import KNOWN, LATEST, TODAY, VERSIONS
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

MAX_VISITS = 20_000
"""So many elements of a reply are judged; the longest page of a genuine service has some thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An element of a reply with the member that its parent's type has for it.

    ``member`` is None for the root; ``type`` is None for simple content.  What the type of its parent does not know
    is not visited.
    """

    element: etree._Element
    path: str
    member: ElementShape | None
    type: TypeShape | None
    parent: TypeShape | None

    @property
    def parent_name(self) -> str | None:
        """The name of the type of its parent; None for the root."""
        return self.parent.name if self.parent is not None else None


def of_each_operation(topic: str) -> Iterator[str]:
    """Yield ``<Operation>.<topic>`` for the operations of all versions."""
    known = {name for version in KNOWN for name in shapes_for(version).operations}
    return (f"{name}.{topic}" for name in known)


def _calls_of(request: HttpRequest) -> tuple[Call, ...]:
    try:
        return calls_of(request)
    except ValueError:
        return (Call(common={}, values={}),)


def read_exchange(exchange: Exchange, answer: Answer | None = None) -> "Reading":
    """Return an exchange as the checks see it; its reply is read here, unless the caller gives the ``answer``.

    Of a message with several Requests this is the first call, with the whole reply.
    """
    return Reading(_calls_of(exchange.request)[0], _answer_of(exchange, answer), response=exchange.response)


def _answer_of(exchange: Exchange, known: Answer | None) -> Answer | None:
    if known is None and exchange.response is not None:
        return answer_to(exchange.request, exchange.response)
    return known


def readings_of(exchange: Exchange, answer: Answer | None = None) -> tuple["Reading", ...]:
    """Return an exchange as the checks see it: a reading for each call of its message, with the result of that call.

    There is one of the whole reply where it does not hold a result for each.
    """
    answer = _answer_of(exchange, answer)
    calls = _calls_of(exchange.request)
    return readings_from(calls, answer, response=exchange.response, by_soap=is_soap(exchange.request))


def readings_from(
    calls: Sequence[Call],
    answer: Answer | None,
    *,
    response: HttpResponse | None,
    by_soap: bool,
    call_known: bool = True,
) -> tuple["Reading", ...]:
    """Return the calls of a message and its reply, both read already, as `readings_of` does."""
    answers = answers_in(answer, len(calls)) if answer is not None else (None,)
    pairs = zip(calls, answers, strict=False)  # fewer answers: one for all
    return tuple(Reading(call, own, response=response, by_soap=by_soap, call_known=call_known) for call, own in pairs)


def read_reply(answer: Answer, operation: str, version: str) -> "Reading":
    """Return a reply as the checks see it of whose call nothing is known but the operation and the version."""
    said = {"Operation": operation, "Version": version}
    return Reading(Call(common=said, values={}, by_json=version == TODAY), answer, call_known=False)


class Reading:
    """What the checks look at; ``answer`` is None where no response came.

    Where ``call_known`` is False the call's parameters are not known, and what depends on them is not to be judged.
    ``response`` is the reply as it was sent, None where only its tree is known; ``by_soap`` says that an envelope
    belongs round it.
    """

    def __init__(
        self,
        call: Call,
        answer: Answer | None,
        *,
        call_known: bool = True,
        response: HttpResponse | None = None,
        by_soap: bool = False,
    ) -> None:
        self.call = call
        self.by_soap = by_soap
        self.answer = answer
        self.response = response
        self.call_known = call_known
        self.by_json = call.by_json
        self.version = TODAY if self.by_json else self.call.version if self.call.version in VERSIONS else LATEST
        self.shapes: Shapes = shapes_for(self.version)

    @cached_property
    def operation(self) -> str | None:
        """The operation called, if this version has it."""
        operation = self.call.operation
        return operation if operation in self.shapes.operations else None

    @cached_property
    def accepted(self) -> bool:
        """Whether the service took the call."""
        return self.answer is not None and self.answer.accepted

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Every element of the reply from its root on, up to `MAX_VISITS`; the echo of the request is left out."""
        root = self.answer.root if self.answer else None
        if root is None:
            return ()
        return tuple(islice(self._visit(root, f"/{root.tag}", None, self.shapes.type(root.tag), None), MAX_VISITS))

    def of_type(self, name: str) -> tuple[Visit, ...]:
        """Return the elements of the reply that are of the type ``name``, in their order."""
        return tuple(visit for visit in self.visits if visit.type is not None and visit.type.name == name)

    def _visit(
        self,
        element: etree._Element,
        path: str,
        member: ElementShape | None,
        shape: TypeShape | None,
        parent: TypeShape | None,
    ) -> Iterator[Visit]:
        yield Visit(element=element, path=path, member=member, type=shape, parent=parent)
        if shape is None:
            return
        members = self.shapes.members(shape)
        counts: dict[str, int] = {}
        for child in element.iterchildren(tag=etree.Element):
            tag = child.tag
            if tag not in members or self.is_echo(child):
                continue
            known, inner = members[tag]
            counts[tag] = counts.get(tag, 0) + 1
            index = f"[{counts[tag]}]" if known.max != 1 or counts[tag] > 1 else ""
            yield from self._visit(child, f"{path}/{tag}{index}", known, inner, shape)

    def is_echo(self, element: etree._Element) -> bool:
        """Tell whether an element of a reply repeats, under Request, the parameters of a call."""
        if element.tag not in self.shapes.echoes:
            return False
        parent = element.getparent()
        return parent is not None and parent.tag == "Request"

    def members_of(self, element: etree._Element) -> list[str]:
        """Return the names of an element's children in their order, without the echo of the call."""
        return [child.tag for child in element.iterchildren(tag=etree.Element) if not self.is_echo(child)]
