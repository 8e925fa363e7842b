"""FormattedContent: the XHTML in a block, as the service judges it — wrapped, parsed, held against the subset.

Source: the article Formatted Content: XHTML, and the schema of the subset that it names.  Tags, attributes and what may
stand in what are stated in ``schemas/data/FormattedContent.xsd``.  What only one of the two sources allows is told as
observed only.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.entities import name2codepoint

from lxml import etree

from conformance.checks.documents.markup import Markup, Tag, scan, unbalanced
from conformance.checks.finding import Finding, Outcome, missed, seen
from conformance.spec.document_shapes import allowed_attributes, needed_attributes
from conformance.spec.documents import BLOCK, BLOCK_NAMESPACE, schema_faults
from conformance.spec.validation import element_path
from conformance.wire.xml import XmlRefused, parse

ARTICLE = "FormattedContent"
UNSTATED = "schema"
JUDGED = (
    "invalid-fails-call",
    "no-script",
    "no-css",
    "no-id",
    "no-div-span",
    "no-comments",
    "closed",
    "nested",
    "self-contained",
    "lowercase",
    "quoted",
    "url-methods",
    "title-dir-lang",
    "img-alt-src",
    "area-alt",
    "map-name",
    "tag-list",
)
"""The topics of the requirements that a block can break."""
SCHEMA_EXTRA = frozenset(("dt", "s", "strike"))
"""Tags of the official schema that the article's list lacks."""
METHODS = ("http", "https", "ftp", "news", "nntp", "mailto", "gopher", "telnet")
ADDRESSES = {"a": ("href",), "area": ("href",), "img": ("src",)}

_FORBIDDEN_TAGS = {"script": "no-script", "style": "no-css", "div": "no-div-span", "span": "no-div-span"}
_FORBIDDEN_ATTRIBUTES = {"class": "no-css", "style": "no-css", "id": "no-id"}
# Attributes that the official schema has and the article does not list; an id it even forbids, where map needs one.
_SCHEMA_EXTRA_ATTRIBUTES = {
    "br": {"clear"},
    "img": {"name"},
    "area": {"accesskey", "tabindex"},
    "dl": {"compact"},
    "map": {"id"},
    "pre": {"xml:space"},
}
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,30});")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,30}):(//)?")
_BLANKS = re.compile(r"[\x00-\x20]+")
_UNBALANCED = {"open": "closed", "crossed": "nested", "stray": "self-contained"}
_RAW = frozenset(("script", "style"))
_OUR_LIMITS = ("too deep", "too large")


def judge_block(text: str) -> Iterator[Finding]:
    """Yield what is wrong with the text of one FormattedContent; ``where`` is a path in the block, ``/`` the whole."""
    try:
        root = read_block(text)
    except XmlRefused as refusal:
        yield from _unreadable(text, refusal)
        return
    faultless = True
    for finding in _judge_tree(root):
        faultless = faultless and finding.outcome is not Outcome.MISSED
        yield finding
    _without_space(root)
    for fault in schema_faults(root, BLOCK) if faultless else ():
        where, stated = _shortened(fault.where), fault.requirement or UNSTATED
        yield missed(stated, where=where, expected="what the schema of the subset allows", actual=fault.message)


def _without_space(root: etree._Element) -> None:
    """Take xml:space from pre, which may have it: to say so the schema would have to import another one."""
    key = "{http://www.w3.org/XML/1998/namespace}space"
    for element in root.iter(f"{{{BLOCK_NAMESPACE}}}pre"):
        if key in element.attrib:
            del element.attrib[key]


def read_block(text: str) -> etree._Element:
    """Return a block as an element, wrapped as the service wraps it; raise XmlRefused.

    The entities of XHTML are known: the article's own example has one.
    """
    body = f'<{BLOCK} xmlns="{BLOCK_NAMESPACE}">{_ENTITY.sub(_character, text)}</{BLOCK}>'
    try:
        return parse(body.encode())
    except UnicodeEncodeError as error:
        raise XmlRefused("encoding", f"a character is no character: {error.reason}") from None


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    known = name in name2codepoint and name not in _XML_ENTITIES
    return f"&#{name2codepoint[name]};" if known else entity[0]


def _judge_tree(root: etree._Element) -> Iterator[Finding]:
    for comment in root.iter(etree.Comment):
        owner = comment.getparent()
        where = _shortened(element_path(root if owner is None else owner))
        yield _miss("no-comments", "no comment in a block", f"<!--{(comment.text or '')[:40]}-->", where)
    for element in root.iterdescendants(etree.Element):
        for finding in _judge_tag(_tag_of(element)):
            yield replace(finding, where=_shortened(element_path(element)))


def _tag_of(element: etree._Element) -> Tag:
    name = etree.QName(element)
    pairs = [(_attribute_name(str(key)), str(value)) for key, value in element.attrib.items()]
    foreign = "" if name.namespace == BLOCK_NAMESPACE else f"{{{name.namespace}}}"
    return Tag(name=f"{foreign}{name.localname}", attributes=tuple(pairs))


def _attribute_name(key: str) -> str:
    return key.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")


def _judge_tag(tag: Tag) -> Iterator[Finding]:
    """Yield what is wrong with a tag by itself: its name, its attributes, what it lacks."""
    name, known = tag.name.lower(), allowed_attributes(BLOCK)
    if tag.name != name and not tag.name.startswith("{"):
        yield _miss("lowercase", "tag names in lower case", f"<{tag.name}>")
    if name in _FORBIDDEN_TAGS:
        yield _miss(_FORBIDDEN_TAGS[name], f"no {name}", f"<{name}>")
    elif name in SCHEMA_EXTRA:
        yield seen(f"{ARTICLE}.tag-list-schema-extra", actual=f"<{name}>")
    elif name not in known:
        yield _miss("tag-list", "tags of the article's list", f"<{name}>")
    for key, value in tag.attributes:
        yield from _judge_attribute(name, key, value)
    given = {key.lower() for key, _ in tag.attributes}
    for key, requirement in needed_attributes(BLOCK).get(name, {}).items():
        if key not in given:
            yield missed(requirement, expected=f"{key} on <{name}>", actual=f"<{name}> without {key}")


def _judge_attribute(tag: str, written: str, value: str | None) -> Iterator[Finding]:
    name, known = written.lower(), allowed_attributes(BLOCK).get(tag)
    if written != name:
        yield _miss("lowercase", "attribute names in lower case", f"<{tag} {written}>")
    if name in _SCHEMA_EXTRA_ATTRIBUTES.get(tag, ()):
        topic = _FORBIDDEN_ATTRIBUTES.get(name, "invalid-fails-call")
        yield seen(f"{ARTICLE}.{topic}", expected="an attribute of the article's list", actual=f"<{tag} {name}>")
    elif name in _FORBIDDEN_ATTRIBUTES:
        yield _miss(_FORBIDDEN_ATTRIBUTES[name], f"no attribute {name}", f"<{tag} {name}>")
    elif name.startswith("on"):
        yield _miss("no-script", "no event handlers", f"<{tag} {name}>")
    elif known is not None and name not in known and not name.startswith("xmlns"):
        topic = "title-dir-lang" if name in ("dir", "lang") else "invalid-fails-call"
        listed = f"one of the attributes listed for {tag}: {', '.join(sorted(known))}"
        yield _miss(topic, listed, f"<{tag} {name}>")
    if name in ADDRESSES.get(tag, ()) and value is not None:
        yield from _judge_address(tag, name, value)


def _judge_address(tag: str, name: str, value: str) -> Iterator[Finding]:
    """An address has one of the methods listed; one in another form than theirs is told only."""
    actual, scheme = f"<{tag} {name}={value[:200]!r}>", _SCHEME.match(value)
    expected = f"an address that starts with {', '.join(f'{method}://' for method in METHODS)}"
    if _BLANKS.sub("", value[:100]).lower().startswith("javascript:"):
        yield _miss("no-script", expected, actual)
    elif scheme is None:
        yield _miss("url-methods", expected, f"{actual}, which has no method")
    elif scheme[1].lower() == "mailto" and not scheme[2]:
        yield seen(f"{ARTICLE}.mailto-form", expected=expected, actual=actual)
    elif scheme[1].lower() not in METHODS:
        yield _miss("url-methods", expected, actual)
    elif scheme[1] not in METHODS or not scheme[2]:
        yield seen(f"{ARTICLE}.url-methods", expected=expected, actual=actual)


def _unreadable(text: str, refusal: XmlRefused) -> Iterator[Finding]:
    """Say what the tags of a block show that is no XML; where they show nothing, what the parser said."""
    if refusal.kind in _OUR_LIMITS:
        yield seen(UNSTATED, where="/", actual=f"{refusal}; not judged")
        return
    markup = scan(text, raw=_RAW)
    findings = list(_lexical(markup))
    told: set[str] = set()
    for finding in findings:
        if finding.requirement not in told:
            yield replace(finding, where="/")
        told.add(finding.requirement)
    if not any(finding.outcome is Outcome.MISSED for finding in findings):
        yield _miss("invalid-fails-call", "a block that is well-formed once it is wrapped", str(refusal), "/")


def _lexical(markup: Markup) -> Iterator[Finding]:
    if markup.comments:
        yield _miss("no-comments", "no comment in a block", f"{markup.comments} comments")
    for tag in markup.tags:
        if tag.end:
            continue
        yield from _judge_tag(tag)
        for key, value in tag.attributes:
            if value is None:
                yield _miss("quoted", "values in quotes", f"<{tag.name} {key}> without a quoted value")
    for fault in unbalanced(markup.tags):
        yield _miss(
            _UNBALANCED[fault.kind], "tags closed in their order, within the block", _clause(fault.kind, fault.name)
        )


def _clause(kind: str, name: str) -> str:
    clauses = {"open": f"<{name}> is not closed", "crossed": f"</{name}> comes after the end of what holds it"}
    return clauses.get(kind, f"</{name}> closes nothing in this block")


def _shortened(path: str) -> str:
    return path.removeprefix(f"/{BLOCK}") or "/"


def _miss(topic: str, expected: str, actual: str, where: str = "") -> Finding:
    return missed(f"{ARTICLE}.{topic}", where=where, expected=expected, actual=actual)
