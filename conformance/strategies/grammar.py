"""The grammar of messages: elements of any type of the schemas, with what the types allow and no more.

One grammar serves Hypothesis and the seeded generator: every decision is asked of `Choices`.  Nothing here knows an
operation; what the envelope is, and which convention of genuine messages no schema tells, stands in a few tables.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from conformance.spec.shapes import ElementShape, Shapes
from conformance.strategies.choices import Choices
from conformance.strategies.content import Group, Leaf, Part, content_of
from conformance.strategies.nested import FORM, document_text
from conformance.strategies.scalars import scalar

MOST_REPETITIONS = 3
"""So often is written at most what may repeat without end."""
REQUEST = "Request"
"""The type of the element that tells whether a call was taken, and that may echo its parameters."""
COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
_LEFT_OUT_OR_THERE = (False, True)
# What genuine messages hold in elements that are any text by their type; elements called …Id hold ids.
_GENUINE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "CurrencyCode": ("USD",),
        "Country": ("US", "IN", "DE"),
        "Subdivision": ("CA", "NY"),
        "ResponseGroup": ("Minimal",),
        "Message": ("The parameter is not valid. (1408096800000 s)", "This user is not authorized. (1408096800000 s)"),
    }
)
_ALWAYS = ("Country", "AvailableBalance", "NumberOfSimilarHITs")
_NEVER = ("OnHoldBalance",)
_NEVER_EMPTY = ("Reason",)
_ONE_OF = (("IntegerValue", "LocaleValue"), ("LongValue", "DoubleValue"))
_DATA = "DataPoint"
_TOLD_WITH_DATA = ("Statistic", "TimePeriod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What the writing of a message goes by.

    ``ids`` maps what an element refers to (``Worker``) to ids to take for it; without, ids are made up.  ``genuine``
    asks for messages as the real service and its clients write them, not only as the schemas allow: counters that
    agree with their list, times in UTC to the second, documents that belong together.
    """

    shapes: Shapes
    choices: Choices
    genuine: bool = False
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def flag(self) -> bool:
        """Decide whether something that may be left out is there."""
        return self.choices.pick(_LEFT_OUT_OR_THERE)

    def identifier(self, refers: str | None = None) -> str:
        """Return an id of 30 characters, or one of those given for what it ``refers`` to."""
        if refers and refers in self.ids:
            return self.choices.pick(self.ids[refers])
        return f"{self.choices.integer(0, 16**30 - 1):030X}"


def fill(element: etree._Element, type_name: str, grammar: Grammar, *, hollow: bool = True) -> None:
    """Append members to ``element`` as its type allows; structures with nothing in them only where ``hollow``."""
    content = content_of(grammar.shapes, type_name)
    for attribute in content.attributes:
        if attribute.required or grammar.flag():
            element.set(attribute.name, grammar.choices.text(1, 12))
    append_members(element, occurrences(content.parts, grammar), grammar, hollow=hollow)


def append_members(
    element: etree._Element, members: Iterable[ElementShape], grammar: Grammar, *, hollow: bool = True
) -> None:
    """Append ``members`` in that order, each with content as its type allows; a Request says only that all is well."""
    form: str | None = None
    for member in members:
        child = etree.SubElement(element, member.name)
        if member.document:
            child.text = document_text(member.document, grammar.choices, grammar.shapes.version, form)
            if child.text is None and member.min == 0:
                element.remove(child)
            form = child.text if member.document == FORM else form
        elif member.type == REQUEST:
            etree.SubElement(child, "IsValid").text = "True"
        elif grammar.shapes.type(member.type) is not None:
            fill(child, member.type, grammar, hollow=hollow)
            if not hollow and not len(child):
                append_members(child, _one_of(member.type, grammar), grammar, hollow=False)
        else:
            child.text = text(member, grammar)


def _one_of(type_name: str, grammar: Grammar) -> list[ElementShape]:
    """Return a member that an element of the type may hold all alone; all are optional, or one would be there."""
    return [grammar.choices.pick(tuple(_leaves(content_of(grammar.shapes, type_name).parts)))]


def text(member: ElementShape, grammar: Grammar) -> str:
    """Return a text for an element with simple content."""
    if member.refers:
        return grammar.identifier(member.refers)
    simple = grammar.shapes.simple(member.type)
    assert simple is not None, f"{member.type} of {member.name} is neither a complex nor a simple type"
    if grammar.genuine and simple.base == "xs:string" and not simple.enumeration:
        if member.name in _GENUINE:
            return grammar.choices.pick(_GENUINE[member.name])
        if member.name.endswith("Id"):
            return grammar.identifier(member.name.removesuffix("Id"))
    written = scalar(simple, grammar.choices, genuine=grammar.genuine)
    return written.strip() or "none given" if grammar.genuine and member.name in _NEVER_EMPTY else written


def occurrences(
    parts: Sequence[Part], grammar: Grammar, *, present: Collection[str] = (), absent: Collection[str] = ()
) -> Iterator[ElementShape]:
    """Yield the members that an element of this content gets, each as often as it stands there, in a legal order.

    Genuine messages have all counters or, by their type, none, in the order that the first branch of a choice gives;
    ids are there, one of several values, a statistic with its points, documents together, and no Request but that of
    the result.  Optional members
    named in ``present`` are there, those in ``absent`` are not.
    """
    if grammar.genuine:
        more, less = _conventions(parts, grammar)
        present, absent = {*present, *more}, {*absent, *(less - set(present))}
    for part in parts:
        if isinstance(part, Group):
            if not part.optional or _is_there(part, grammar):
                yield from occurrences(_chosen(part, grammar), grammar, present=present, absent=absent)
        elif part.member.name in absent and part.min == 0:
            continue
        elif part.member.name in present:
            yield from [part.member] * max(part.min, 1)
        else:
            yield from [part.member] * _times(part, grammar)


def _conventions(parts: Sequence[Part], grammar: Grammar) -> tuple[set[str], set[str]]:
    """Return which members of a genuine message are there and which are not, where no schema tells."""
    members = {part.member.name: part.member for part in parts if isinstance(part, Leaf)}
    names = members.keys()
    present = {name for name in names if name in COUNTERS or name in _ALWAYS or name.endswith("Id")}
    absent = {name for name, member in members.items() if member.type == REQUEST or name in _NEVER}
    if _DATA in names:
        present.update(names & {*_TOLD_WITH_DATA})
    if documents := {name for name, member in members.items() if member.document}:
        (present if grammar.flag() else absent).update(documents)
    for values in _ONE_OF:
        if names >= set(values):
            value = grammar.choices.pick(values)
            present.add(value)
            absent.update({*values} - {value})
    return present, absent


def _times(leaf: Leaf, grammar: Grammar) -> int:
    if leaf.max == leaf.min:
        return leaf.min
    if leaf.max == 1:
        return int(grammar.flag())
    most = max(leaf.min, 1) + MOST_REPETITIONS - 1 if leaf.max is None else leaf.max
    return grammar.choices.integer(leaf.min, most)


def _is_expected(group: Group) -> bool:
    """Tell whether a genuine message has what is in a group: the counters of a list, the points of a statistic."""
    return any(member.name in (*COUNTERS, _DATA) for member in _leaves(group.parts))


def _is_there(group: Group, grammar: Grammar) -> bool:
    return (grammar.genuine and _is_expected(group)) or grammar.flag()


def _chosen(group: Group, grammar: Grammar) -> Sequence[Part]:
    if group.kind == "sequence":
        return group.parts
    return (group.parts[0],) if grammar.genuine and _is_expected(group) else (grammar.choices.pick(group.parts),)


def _leaves(parts: Sequence[Part]) -> Iterator[ElementShape]:
    for part in parts:
        if isinstance(part, Leaf):
            yield part.member
        else:
            yield from _leaves(part.parts)
