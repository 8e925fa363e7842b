"""Tags in a text that may be no XML: found in one pass, and whether each is closed where it should be.

Used where a parser gives up and only says that it does.  The time is in proportion to the text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MAX_TAGS = 50_000
"""So many tags of a text are looked at."""

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
"""Elements of HTML5 that have no end tag."""
OPTIONAL = frozenset(
    ("body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td")
) | {"tfoot", "th", "thead", "tr"}
"""Elements of HTML5 whose end tag may be left out."""
RAW = frozenset(("script", "style", "textarea", "title"))
"""Elements of HTML5 in which nothing but their end tag is markup."""

# Possessive throughout: what does not match is given up at once.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>]*+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)?+)?+""")
_OPENING = re.compile(r"</?[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A start or end tag; ``empty`` is one that closes itself, an attribute's value is None where it is not quoted."""

    name: str
    end: bool = False
    empty: bool = False
    attributes: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbalanced:
    """A tag that is not closed, closed in the wrong order, or an end tag without a start."""

    kind: Literal["open", "crossed", "stray"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What a text holds: its tags, how many comments, its document type declaration, a tag that never ends."""

    tags: tuple[Tag, ...]
    comments: int = 0
    doctype: str | None = None
    unfinished: str | None = None


def scan(text: str, *, raw: frozenset[str] = frozenset()) -> Markup:
    """Return the markup of ``text``; inside the elements of ``raw`` only their end tags count."""
    tags: list[Tag] = []
    comments, doctype, unfinished, at = 0, None, None, text.find("<")
    while at >= 0 and len(tags) < MAX_TAGS:
        if text.startswith("<!--", at):
            comments += 1
            at = _behind(text, "-->", at + 4)
        elif text.startswith(("<!", "<?"), at):
            end = _behind(text, ">", at)
            if doctype is None and text[at : at + 9].lower() == "<!doctype":
                doctype = text[at : min(end, at + 200)]
            at = end
        elif found := _TAG.match(text, at):
            tags.append(_tag(found))
            at = found.end()
            if tags[-1].name.lower() in raw and not tags[-1].end:
                at = _end_tag(text, tags[-1].name, at)
        elif _OPENING.match(text, at):
            unfinished = text[at : at + 40]
            break  # it would end behind the text, and so would all that follow
        else:
            at += 1
        at = text.find("<", at)
    return Markup(tags=tuple(tags), comments=comments, doctype=doctype, unfinished=unfinished)


def unbalanced(
    tags: tuple[Tag, ...], *, void: frozenset[str] = frozenset(), optional: frozenset[str] = frozenset()
) -> Iterator[Unbalanced]:
    """Yield what is wrong with the nesting of tags; ``void`` have no end, that of ``optional`` may be missing."""
    opened: list[str] = []
    count: Counter[str] = Counter()
    crossed: Counter[str] = Counter()  # passed over by the end of an outer one: their own end may still come
    for tag in tags:
        if tag.name in void or tag.empty:
            continue
        if not tag.end:
            opened.append(tag.name)
            count[tag.name] += 1
        elif count[tag.name]:
            while (inner := opened.pop()) != tag.name:
                count[inner] -= 1
                crossed[inner] += 1
            count[tag.name] -= 1
        elif crossed[tag.name]:
            crossed[tag.name] -= 1
            if tag.name not in optional:
                yield Unbalanced(kind="crossed", name=tag.name)
        else:
            yield Unbalanced(kind="stray", name=tag.name)
    for name in (*opened, *crossed.elements()):
        if name not in optional:
            yield Unbalanced(kind="open", name=name)


def _tag(found: re.Match[str]) -> Tag:
    end, name, rest = found.groups()
    pairs = [] if end else [(one[1], _value(one[2])) for one in _ATTRIBUTE.finditer(rest)]
    return Tag(name=name, end=bool(end), empty=rest.endswith("/"), attributes=tuple(pairs))


def _value(written: str | None) -> str | None:
    return written[1:-1] if written and written[0] in "\"'" else None


def _behind(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    return len(text) if end < 0 else end + len(mark)


def _end_tag(text: str, name: str, at: int) -> int:
    found = re.compile(f"</{re.escape(name)}", re.IGNORECASE).search(text, at)
    return found.start() if found else len(text)
