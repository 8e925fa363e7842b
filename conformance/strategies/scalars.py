"""Texts that a simple type allows.

Source: XML Schema Part 2 (lexical forms of the built-in types) and the facets of the schemas.
"""

from typing import Protocol

from conformance.errors import KitError
from conformance.spec.parameter_faults import limits
from conformance.spec.shapes import SimpleShape
from conformance.strategies.choices import Choices
from conformance.strategies.faulty_scalars import filled
from conformance.wire.timestamps import format_timestamp

TEXT_SIZE = 40
"""So long are texts whose type sets no narrower limit."""
FILLED_SIZE = 2000
"""Texts of types that allow at most so many characters are sometimes of exactly that length."""
IDENTIFIERS = {"[A-Z0-9]+": "", "A[A-Z0-9]+": "A"}
"""By their pattern, what ids begin with that are capital letters and digits otherwise."""
IDENTIFIER_SIZE = 30
"""So long are genuine ids."""
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BOOLEANS = ("true", "false", "1", "0")
DECIMALS = ("0", "-0.01", "+1.50", ".5", "5.", "007.10", "12345678901234567.89", "0.00000000000000001", "-0")
ZONES = ("Z", "+00:00", "-08:00", "+05:30", "-00:00", "+14:00", "-14:00", "")
FRACTIONS = ("", ".0", ".5", ".250", ".999999", ".123456789")
_LEAP_YEARS = (2008, 2000, 2012, 1996, 2400)
_EVERYDAY_TIMES = (1_162_252_800, 1_451_606_400)  # the years of the API: 2006-10-31 to 2016
_FAR_YEARS = (1, 1582, 1900, 1970, 2038, 9999)
DOUBLES = ("0", "-1.5", "1e3", "1.25E-7", "INF", "-INF", "NaN", ".5", "5.")


class Text(Protocol):
    """A way to write a value of a simple type."""

    def __call__(self, simple: SimpleShape, choices: Choices) -> str:
        """Return a text that ``simple`` allows."""


def scalar(simple: SimpleShape, choices: Choices, *, genuine: bool = False) -> str:
    """Return a text that a simple type allows; KitError for a type that nobody has told how to write.

    The everyday form of a value takes one decision and the unusual ones not fewer, so that Hypothesis shrinks to it.
    Where ``genuine``, in the form that genuine messages have: amounts with two decimals, times in UTC to the second,
    numbers without sign and leading zeros; else in any form that the type allows.
    """
    if simple.enumeration:
        return choices.pick(simple.enumeration)
    if simple.pattern is not None:
        return _identifier(simple, choices, genuine=genuine)
    if simple.base not in _WRITERS:
        raise KitError(f"cannot write a value of {simple.base}: teach strategies.scalars the type")
    everyday, unusual = _WRITERS[simple.base]
    return everyday(simple, choices) if genuine or choices.integer(0, 3) < 3 else unusual(simple, choices)


def _identifier(simple: SimpleShape, choices: Choices, *, genuine: bool) -> str:
    """Return an id of capital letters and digits, as long as genuine ones or as the type allows."""
    begin = IDENTIFIERS.get(simple.pattern or "")
    if begin is None:
        raise KitError(f"cannot write a text that matches {simple.pattern!r}: teach strategies.scalars the pattern")
    least, most = max(simple.min_length or 0, len(begin) + 1), simple.max_length or TEXT_SIZE
    everyday = min(max(least, IDENTIFIER_SIZE), most)
    size = everyday if genuine else choices.pick((everyday, least, most))
    number, text = choices.integer(0, len(_SIGNS) ** (size - len(begin)) - 1), ""
    while len(text) < size - len(begin):
        number, sign = divmod(number, len(_SIGNS))
        text = _SIGNS[sign] + text
    return begin + text


def _whole_number(simple: SimpleShape, choices: Choices) -> str:
    """Return a number, of a wide range one near its begin: genuine numbers are small."""
    low, high = limits(simple)
    low = 0 if low < 0 < high else low
    return str(choices.integer(low, min(high, low + 100_000)))


def _end_of_range(simple: SimpleShape, choices: Choices) -> str:
    """Return an end of the range, or a number anywhere in it, with the sign and zeros that the type allows."""
    low, high = limits(simple)
    number = choices.pick((low, high, None))
    number = choices.integer(low, high) if number is None else number
    return f"{choices.pick(('', '+', '00')) if number >= 0 else ''}{number}"


def _money(simple: SimpleShape, choices: Choices) -> str:
    low, high = simple.min_inclusive or 0, 100 if simple.max_inclusive is None else simple.max_inclusive
    return _hundredths(choices.integer(100 * low, 100 * high))


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02}"


def _any_decimal(simple: SimpleShape, choices: Choices) -> str:
    limited = simple.min_inclusive is not None or simple.max_inclusive is not None
    return _money(simple, choices) if limited else choices.pick(DECIMALS)


def _double(simple: SimpleShape, choices: Choices) -> str:
    return _hundredths(choices.integer(0, 10_000_000))


def _any_double(simple: SimpleShape, choices: Choices) -> str:
    return choices.pick(DOUBLES)


def _boolean(simple: SimpleShape, choices: Choices) -> str:
    return choices.pick(BOOLEANS[2:])


def _any_boolean(simple: SimpleShape, choices: Choices) -> str:
    return choices.pick(BOOLEANS)


def _date_time(simple: SimpleShape, choices: Choices) -> str:
    return format_timestamp(choices.integer(*_EVERYDAY_TIMES))


def _time_of(day: str, choices: Choices) -> str:
    return f"{day}T{choices.integer(0, 23):02}:{choices.integer(0, 59):02}:{choices.integer(0, 59):02}"


def _any_date_time(simple: SimpleShape, choices: Choices) -> str:
    """Return the edges of the calendar and of the clock, with any fraction and zone."""
    match choices.pick(("leap day", "year end", "midnight", "far")):
        case "leap day":
            moment = _time_of(f"{choices.pick(_LEAP_YEARS):04}-02-29", choices)
        case "year end":
            moment = f"{choices.integer(2006, 2016)}-12-31T23:59:59"
        case "midnight":
            return f"{choices.integer(2006, 2016)}-01-01T{choices.pick(('00', '24'))}:00:00{choices.pick(ZONES)}"
        case _:
            moment = _time_of(f"{choices.pick(_FAR_YEARS):04}-07-04", choices)
    return moment + choices.pick(FRACTIONS) + choices.pick(ZONES)


def _text(simple: SimpleShape, choices: Choices) -> str:
    longest = TEXT_SIZE if simple.max_length is None else min(simple.max_length, TEXT_SIZE)
    return choices.text(simple.min_length or 0, max(longest, simple.min_length or 0))


def _longest_text(simple: SimpleShape, choices: Choices) -> str:
    if simple.max_length is None or simple.max_length > FILLED_SIZE:
        return _text(simple, choices)
    return filled(choices.text(1, TEXT_SIZE), simple.max_length)


_WRITERS: dict[str, tuple[Text, Text]] = {
    "xs:string": (_text, _longest_text),
    "xs:int": (_whole_number, _end_of_range),
    "xs:long": (_whole_number, _end_of_range),
    "xs:decimal": (_money, _any_decimal),
    "xs:double": (_double, _any_double),
    "xs:boolean": (_boolean, _any_boolean),
    "xs:dateTime": (_date_time, _any_date_time),
}
