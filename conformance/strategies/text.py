"""Text that an endpoint has to give back unchanged: legal in XML 1.0, and hard on careless code.

Left out are the characters that XML cannot carry (controls, surrogates, U+FFFE and U+FFFF) and the carriage return:
every XML parser turns a literal one into a line feed, so its loss would be nobody's fault.  Tab and line feed stay,
though XML turns them into blanks in *attributes*; put such text into elements only, or let a serialiser escape it.
Lengths are counted in code points; an emoji is one, though two units in UTF-16.
"""

import random as randomness
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only `texts` needs Hypothesis, and what goes by a seed has to start without it
    from hypothesis import strategies as st

SNIPPETS = (
    "<b>",
    "</Text>",
    "&amp;",
    "&",
    '"',
    "'",
    "]]>",
    "<![CDATA[",
    "<!--",
    "%",
    "%20",
    "%E9",
    "+",
    "=",
    "a=b&c=d",
    "\t",
    "\n",
    " ",
    "  ",
    "é",
    "ÿ",
    "e\u0301",
    "ß",
    "İ",
    "日本語",
    "العربية",
    "\u202eabc",
    "\u200d",
    "\u00a0",
    "\u0085",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "👩\u200d🔬",
    "😀",
    "𝔘",
    "\U0010fffd",
    "0",
    "null",
    "true",
)
"""Pieces that have broken escaping, percent-encoding, encodings, trimming or normalisation somewhere."""


def _overlay(text: str, snippet: str, at: int) -> str:
    """Write ``snippet`` over ``text`` from ``at`` on, without changing the length of the whole."""
    at = min(at, max(len(text) - len(snippet), 0))
    return (text[:at] + snippet + text[at + len(snippet) :])[: len(text)]


def _between(text: str, blank: str) -> str:
    """Put ``blank`` in the place of the first and the last character of ``text``."""
    return (blank + text[1:-1] + blank)[: len(text)]


@cache
def _characters() -> "st.SearchStrategy[str]":
    from hypothesis import strategies as st

    legal = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    return st.one_of(legal, st.sampled_from(sorted({character for snippet in SNIPPETS for character in snippet})))


def texts(min_size: int = 0, max_size: int | None = 40) -> "st.SearchStrategy[str]":
    """Return a strategy of texts of ``min_size`` to ``max_size`` code points that any XML document can carry."""
    from hypothesis import strategies as st

    plain = st.text(_characters(), min_size=min_size, max_size=max_size)
    at = st.integers(0, 40 if max_size is None else max_size)
    return st.one_of(
        plain,
        st.builds(_overlay, plain, st.sampled_from(SNIPPETS), at),
        st.builds(_between, plain, st.sampled_from(" \t\n")),
    )


def sample_text(random: randomness.Random, length: int) -> str:
    """Return a text of exactly ``length`` code points; the same for the same state of ``random``."""
    text = ""
    while len(text) < length:
        text += random.choice(SNIPPETS) if random.random() < 0.5 else random.choice("abcxyz ")
    return text[:length]
