"""Questions whose page is the Requester's own, as CreateHIT takes them.

Source: the data schemas ExternalQuestion 2006-07-14 and HTMLQuestion 2011-11-11; the articles ExternalQuestion (from
2014-08-15 on its address has to use https) and HTMLQuestion (its content is HTML5).
"""

from html.parser import HTMLParser

from lxml import etree

from conformance.spec.documents import document_faults
from conformance.spec.versions import in_force

_VOID = "area base br col embed hr img input link meta param source track wbr"
_MAY_STAY_OPEN = "body colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr"
_NEVER_CLOSED, _LEFT_OPEN = (frozenset(names.split()) for names in (_VOID, _MAY_STAY_OPEN))


def page_fault(root: etree._Element, question: str, version: str) -> str | None:
    """Return why an ExternalQuestion or HTMLQuestion is not taken, None if nothing is wrong with it."""
    name = etree.QName(root).localname
    if faults := document_faults(question, expected=(name,)):
        return f"{faults[0].message}, at {faults[0].where}"
    if name == "HTMLQuestion":
        return _fault_of_html(root.findtext("{*}HTMLContent") or "")
    address = (root.findtext("{*}ExternalURL") or "").strip().lower()
    if in_force(version, "2014-08-15", None) and not address.startswith("https:"):
        return "ExternalURL does not use https"
    return None


class _Nesting(HTMLParser):
    """Follows the tags of a page; ``fault`` says where they are not nested."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fault: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag not in _NEVER_CLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those within it that may be left open."""
        if tag in _NEVER_CLOSED:
            return
        while self.open and self.open[-1] != tag and self.open[-1] in _LEFT_OPEN and tag in self.open:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.fault = self.fault or f"the tag </{tag}> closes what is not open there"


def _fault_of_html(content: str) -> str | None:
    if not content.lstrip().lower().startswith("<!doctype html"):
        return "HTMLContent has no doctype of HTML5"
    nesting = _Nesting()
    nesting.feed(content)
    nesting.close()
    return nesting.fault
