"""What was expected beside what came: the lines of both, with what differs marked."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from conformance.report.html.wire import indented
from conformance.report.visible import visible

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 1_000
_MOST = 200
"""Lines of XML, or words, that are compared; matching takes the square of their number."""
_ALIKE = 0.35
"""Below this share of equal words two texts say different things, and marks would only be noise."""
Pieces = tuple[tuple[bool, str], ...]
"""Whether a piece differs, and its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The lines of both sides; those of XML stand beside each other, so a line may be empty."""

    expected: tuple[Pieces, ...]
    actual: tuple[Pieces, ...]


def compare(expected: str, actual: str) -> Comparison:
    """Return both texts with their differences: by lines where both are XML, else by words."""
    left, right = indented(expected), indented(actual)
    if left is not None and right is not None:
        return _by_lines(left[:_MOST], right[:_MOST])
    return _by_words(visible(expected, _LONGEST), visible(actual, _LONGEST))


def _by_lines(left: list[str], right: list[str]) -> Comparison:
    expected: list[Pieces] = []
    actual: list[Pieces] = []
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        ours, theirs = left[i:j], right[k:m]
        for number in range(max(len(ours), len(theirs))):
            one = ours[number] if number < len(ours) else ""
            other = theirs[number] if number < len(theirs) else ""
            within = _by_words(one, other) if tag == "replace" and one and other else None
            expected.append(within.expected[0] if within else ((tag != "equal", one),))
            actual.append(within.actual[0] if within else ((tag != "equal", other),))
    return Comparison(expected=tuple(expected), actual=tuple(actual))


def _by_words(expected: str, actual: str) -> Comparison:
    left, right = _TOKEN.findall(expected), _TOKEN.findall(actual)
    plain = Comparison(expected=(((False, expected),),), actual=(((False, actual),),))
    if not left or not right or max(len(left), len(right)) > _MOST * 2:
        return plain
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return plain
    ours: list[tuple[bool, str]] = []
    theirs: list[tuple[bool, str]] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if j > i:
            ours.append((tag != "equal", "".join(left[i:j])))
        if m > k:
            theirs.append((tag != "equal", "".join(right[k:m])))
    return Comparison(expected=(tuple(ours),), actual=(tuple(theirs),))
