"""XML from strangers: read without trusting it, and written as the real service writes it.

A body is refused, never repaired: a document type declaration in any encoding (with it go entities, external files
and default attributes), too many bytes, too deep a nesting, undecodable or ill-formed text.
"""

import re
from functools import lru_cache
from threading import local
from typing import Any, Literal, NoReturn

from lxml import etree

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 200

_PARSER_DEPTH = 256  # where libxml2 itself stops
_USUAL_DEPTH = 16  # to look for deeper elements takes longer than to read a short message
# A document in UTF-8, by its first bytes, whose root element begins where a DOCTYPE would have to stand.
_STARTS_WITH_ROOT = re.compile(
    rb'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")? ?\?>)?[ \t\r\n]*<[A-Za-z_]'
)
_LIMITS = frozenset({etree.ErrorTypes.ERR_NAME_TOO_LONG, etree.ErrorTypes.ERR_RESOURCE_LIMIT})

RefusalKind = Literal["empty", "too large", "not well-formed", "DTD", "too deep", "encoding"]

_ENCODING_ERRORS = frozenset(
    {
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.I18N_NO_HANDLER,
        etree.ErrorTypes.I18N_CONV_FAILED,
    }
)


class XmlRefused(ValueError):
    """A body is not read as XML; ``kind`` says which rule it breaks, ``detail`` where and how."""

    def __init__(self, kind: RefusalKind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


def parse(body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> etree._Element:
    """Return the root element of ``body``, comments and processing instructions kept.

    Nothing is fetched and no entity is expanded but the five predefined ones.  Raises XmlRefused.  A body of
    ``max_bytes`` that is all elements takes about thirty times its size in memory.  ``max_depth`` counts
    elements, the root being 1; above 256 it is taken as 256, where the parser itself stops.
    """
    if len(body) > max_bytes:
        raise XmlRefused("too large", f"the body has {len(body)} bytes; at most {max_bytes} are read")
    if not body.strip():
        raise XmlRefused("empty", "the body has no element, only white space" if body else "the body has no bytes")
    try:
        if not _STARTS_WITH_ROOT.match(body):
            _refuse_doctype(body)
        root = etree.fromstring(body, _parser_kept())
    except etree.XMLSyntaxError as error:
        _refuse(error)
    depth = min(max_depth, _PARSER_DEPTH)
    if _deeper_than(min(depth, _USUAL_DEPTH))(root) and _deeper_than(depth)(root):
        raise XmlRefused("too deep", f"elements are nested deeper than {depth}")
    return root


def serialise(element: etree._Element) -> bytes:
    """Return ``element`` as a document in UTF-8: the prologue, a line feed, then the element with nothing added.

    The prologue names no encoding, as in genuine replies.
    """
    return b'<?xml version="1.0"?>\n' + etree.tostring(
        element, encoding="UTF-8", xml_declaration=False, with_tail=False
    )


@lru_cache(16)
def _deeper_than(depth: int) -> Any:
    # One path expression, evaluated level by level: no recursion over the document and no Python object per element.
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


class _RootReached(Exception):
    """The part of a document where a DOCTYPE could stand is over."""


class _Prologue:
    """A parser's target that looks at what stands before the root element, and stops there."""

    def doctype(self, name: str, *_: object) -> NoReturn:
        raise XmlRefused("DTD", f"the document declares a document type ({name[:40]}); send it without <!DOCTYPE")

    def start(self, *_: object) -> NoReturn:
        raise _RootReached

    def close(self) -> None:
        """Required of a target."""


def _refuse_doctype(body: bytes) -> None:
    # Asked of the parser that reads the document afterwards, so that both see the same encoding; it reports the
    # declaration before it reads the entities in it.
    try:
        etree.fromstring(body, _parser(_Prologue()))
    except _RootReached:
        return


_kept = local()


def _parser_kept() -> etree.XMLParser:
    """Return this thread's parser: to make one takes longer than to read a short message."""
    try:
        parser: etree.XMLParser = _kept.parser
    except AttributeError:
        parser = _kept.parser = _parser()
    return parser


def _parser(target: Any = None) -> etree.XMLParser:
    return etree.XMLParser(
        target=target,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )


def _refuse(error: etree.XMLSyntaxError) -> NoReturn:
    line, column = error.position
    code: int = error.code  # type: ignore[attr-defined]  # missing in the stubs
    message = str(error.msg).removesuffix(f", line {line}, column {column}").strip()[:200]
    kind: RefusalKind = "not well-formed"
    if message.startswith("Excessive depth"):
        kind = "too deep"
    elif code in _LIMITS:
        kind = "too large"
    elif code in _ENCODING_ERRORS:
        kind = "encoding"
    raise XmlRefused(kind, f"line {line}, column {column}: {message}") from None
