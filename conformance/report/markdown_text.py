"""Texts in Markdown as GitHub and GitLab read it.

What an endpoint or a capture said stands in code, in which nothing is a link, a mention or an element of HTML.
"""

import re

from conformance.report.visible import visible

_LONGEST = 300
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~@&]")


def code(text: str) -> str:
    """Return a text as a code span that can stand in a table; nothing for nothing."""
    # A table is cut at every bar, wherever that stands, and what escapes it is itself cut in odd ways.
    told = visible(text, _LONGEST).replace("|", "\\x7c")
    if not told.strip():
        return ""
    fence = _fence(told, 1)
    pad = " " if told[0] in " `" or told[-1] in " `\\" else ""
    return f"{fence}{pad}{told}{pad}{fence}"


def escaped(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", visible(text, _LONGEST))


def fenced(line: str) -> str:
    """Return a line as a block of its own that can be copied whole."""
    told = visible(line, len(line))
    fence = _fence(told, 3)
    return f"{fence}\n{told}\n{fence}"


def _fence(text: str, least: int) -> str:
    return "`" * max(least, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
