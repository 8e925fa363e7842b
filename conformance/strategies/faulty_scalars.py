"""Texts that a simple type does not allow, by what is wrong with them, and the limits of the built-in types.

Source: XML Schema Part 2 (lexical forms of the built-in types) and the facets of the schemas.
"""

from collections.abc import Iterator, Sequence

from conformance.spec.parameter_faults import WHOLE_NUMBERS, limits
from conformance.spec.shapes import SimpleShape

WRONG = {
    "xs:int": ("green", "1.5", "1e3", "0x10", "1,000", "- 1"),
    "xs:long": ("green", "1.5", "1e3", "0x10", "1,000", "- 1"),
    "xs:decimal": ("green", "1e3", "1,50", "$1.50", "0x10", "1.2.3", "NaN", "."),
    "xs:double": ("green", "1,50", "$1.50", "0x10", "1.2.3", "1e3.5", "infinity", "."),
    "xs:boolean": ("perhaps", "True", "FALSE", "yes", "2", "-1"),
    "xs:dateTime": (
        "green",
        "2014-08-15",
        "2014-08-15 10:00:00Z",
        "2014-02-30T10:00:00Z",
        "2013-02-29T10:00:00Z",
        "2014-08-15T25:00:00Z",
        "2014-08-15T10:60:00Z",
        "2014-08-15T10:00Z",
        "2014-08-15T10:00:00+15:00",
        "14-08-15T10:00:00Z",
        "1408096800",
    ),
}
"""Texts that a built-in type does not allow; any text is an xs:string."""


def wrong_scalars(simple: SimpleShape) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each kind of fault that a value of the type can have, with texts that have it and no other."""
    if simple.enumeration:
        first = simple.enumeration[0]
        others = (f"{first}x", first.swapcase(), f"{first} {first}", "green", "")
        yield "unknown value", tuple(text for text in others if text not in simple.enumeration)
        return
    if simple.base in WRONG:
        yield "wrong type", WRONG[simple.base]
        yield "empty value", ("", " ")
    if simple.base in WHOLE_NUMBERS:
        low, high = limits(simple)
        yield "below minimum", (str(low - 1), str(low - 2**64))
        yield "above maximum", (str(high + 1), str(high + 2**64))
    elif simple.base == "xs:decimal":
        yield from _beyond(simple)
    elif simple.base == "xs:string":
        yield from _wrong_lengths(simple)


def _beyond(simple: SimpleShape) -> Iterator[tuple[str, Sequence[str]]]:
    if simple.min_inclusive is not None:
        yield "below minimum", (f"{simple.min_inclusive - 1}.99",) if simple.min_inclusive > 0 else ("-0.01",)
    if simple.max_inclusive is not None:
        yield "above maximum", (f"{simple.max_inclusive}.01",)


def _wrong_lengths(simple: SimpleShape) -> Iterator[tuple[str, Sequence[str]]]:
    if simple.max_length is not None:
        yield "too long", ("x" * (simple.max_length + 1), filled("\U0001f600é", simple.max_length + 1))
    if simple.min_length:
        yield "too short", ("x" * (simple.min_length - 1),)


def filled(text: str, length: int) -> str:
    """Return ``text``, which is not empty, repeated to exactly ``length`` code points."""
    return (text * (length // len(text) + 1))[:length]
