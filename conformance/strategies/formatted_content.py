"""Blocks of FormattedContent that the article allows, and faulty ones: as Hypothesis strategies, and from a seed."""

import random as randomness
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from conformance.spec.document_shapes import allowed_attributes
from conformance.spec.documents import BLOCK
from conformance.strategies.choices import Choices, Sampled, drawn
from conformance.strategies.faulty_content import BLOCK_FAULTS

if TYPE_CHECKING:
    from hypothesis import strategies as st

DEEPEST = 3
INLINE = ("b", "i", "em", "strong", "code", "cite", "q", "sub", "sup", "big", "small", "u", "font", "ins", "del", "a")
PLAIN = ("b", "i", "em", "strong", "code", "cite", "q", "u", "ins", "del", "a")
"""Those of INLINE that may stand directly in pre."""
PARAGRAPHS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
CONTAINERS = ("blockquote", "center", "ins", "del")
ENTITIES = ("&nbsp;", "&eacute;", "&#233;", "&#x1F600;", "&lt;", "&amp;")
ADDRESSES = (
    "https://example.org/?a=1&b=2",
    "http://example.org/caf%C3%A9",
    "ftp://example.org/a",
    "news://example.org",
)
SCHEMA_ONLY = {"clear", "id"}
"""Attributes that only the official schema has, as it has compact on dl."""
VALUES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("href", "src"), ADDRESSES),
    **{flag: (flag,) for flag in ("compact", "noshade", "nowrap")},
    **dict.fromkeys(("width", "height", "cellpadding", "cellspacing", "charoff"), ("1", "50%", "12.5%")),
    **dict.fromkeys(("color", "bgcolor"), ("red", "#00f", "#00ff00")),
    **dict.fromkeys(("rel", "rev", "headers"), ("next", "a b")),
    **dict.fromkeys(("lang", "hreflang"), ("en", "pt-BR")),
    "align": ("left", "center", "right"),
    "valign": ("top", "middle", "bottom", "baseline"),
    "dir": ("ltr", "rtl"),
    "title": ("", "ü & <b>"),
    "cite": ("https://example.org/", "a.html"),
    "datetime": ("2014-08-15T10:00:00Z",),
    "name": ("top",),
    "target": ("_blank", "other"),
    "shape": ("rect", "poly"),
    "coords": ("1,2,3,4",),
    "scope": ("row", "col"),
    "frame": ("box", "void"),
    "rules": ("all", "none"),
    "pre width": ("40",),
    "ul type": ("disc", "circle"),
}
"""Attribute, or tag and attribute → values that it may have; 1 for all others."""
_PICTURE = '<img alt="a" src="https://example.org/a.png"/>'
_MAP = '<map name="m"><area alt="a" href="https://example.org/"/></map>'


def blocks() -> "st.SearchStrategy[str]":
    """Return a strategy of the texts of FormattedContent that keep to the article's subset of XHTML."""
    return drawn(write_block)


def sample_block(random: randomness.Random) -> str:
    """Return the text of a FormattedContent; the same for the same state of ``random``."""
    return write_block(Sampled(random=random))


def faulty_blocks() -> "st.SearchStrategy[tuple[str, str]]":
    """Return a strategy of (block with one fault between others that are right, name of it in BLOCK_FAULTS)."""
    from hypothesis import strategies as st

    fault_names = st.sampled_from(sorted(BLOCK_FAULTS))
    return st.builds(lambda before, fault: (before + BLOCK_FAULTS[fault], fault), blocks(), fault_names)


def write_block(choices: Choices) -> str:
    """Return a block of one to three pieces, by the decisions of ``choices``."""
    pieces = (_words, _entity, _paragraph, _list, _table, _container, _rule)
    return "".join(choices.pick(pieces)(choices, 0) for _ in range(choices.integer(1, 3)))


def _words(choices: Choices, depth: int) -> str:
    return escape(choices.text(0, 12))


def _entity(choices: Choices, depth: int) -> str:
    return choices.pick(ENTITIES)


def _rule(choices: Choices, depth: int) -> str:
    return choices.pick((f"<hr{_attributes('hr', choices)}/>", "<br/>", '<br title="a"/>', _PICTURE, _MAP))


def _inline(choices: Choices, depth: int, tags: Sequence[str] = INLINE) -> str:
    """Return words, some of them inside tags, the outermost of ``tags``."""
    if depth >= DEEPEST or choices.pick((True, False)):
        return _words(choices, depth)
    tag = choices.pick(tags)
    within = tuple(name for name in INLINE if name != "a") if tag == "a" else INLINE  # no anchor in an anchor
    return _element(tag, choices, _inline(choices, depth + 1, within))


def _paragraph(choices: Choices, depth: int) -> str:
    name = choices.pick(PARAGRAPHS)
    return _element(name, choices, _inline(choices, depth + 1, PLAIN if name == "pre" else INLINE))


def _container(choices: Choices, depth: int) -> str:
    inner = _words if depth >= DEEPEST else choices.pick((_paragraph, _list, _inline, _container))
    return _element(choices.pick(CONTAINERS), choices, inner(choices, depth + 1))


def _list(choices: Choices, depth: int) -> str:
    kind, item = choices.pick((("ul", "li"), ("ol", "li"), ("dl", "dd")))
    items = (_element(item, choices, _inline(choices, depth + 1)) for _ in range(choices.integer(1, 2)))
    return _element(kind, choices, "".join(items))


def _table(choices: Choices, depth: int) -> str:
    cells = (_element(choices.pick(("td", "th")), choices, _inline(choices, depth + 1)) for _ in range(2))
    rows = _element("tr", choices, "".join(cells))
    parts = (("", ""), ("<col/>", ""), ("<colgroup><col/></colgroup><thead><tr><th/></tr></thead><tbody>", "</tbody>"))
    before, after = choices.pick(parts)
    return _element("table", choices, f"{before}{rows}{after}")


def _element(name: str, choices: Choices, content: str) -> str:
    return f"<{name}{_attributes(name, choices)}>{content}</{name}>"


def _attributes(name: str, choices: Choices) -> str:
    """Return up to two of the attributes that the article lists for a tag."""
    known = sorted(allowed_attributes(BLOCK)[name] - ({"compact"} if name == "dl" else SCHEMA_ONLY))
    chosen = {choices.pick(known) for _ in range(choices.integer(0, 2))}
    values = {one: choices.pick(VALUES.get(f"{name} {one}", VALUES.get(one, ("1",)))) for one in sorted(chosen)}
    return "".join(f" {one}={quoteattr(value)}" for one, value in values.items())
