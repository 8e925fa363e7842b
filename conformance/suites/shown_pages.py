"""The pages in which Workers see a QuestionForm: the texts, the fields of the form, what applications are given."""

from dataclasses import dataclass
from html.parser import HTMLParser

from conformance.errors import NotMeasured
from conformance.target.drivers import Fields

_UNSEEN = ("script", "style", "title", "textarea", "option")
_RUN = ("applet", "object", "embed")
_CHOSEN = ("checkbox", "radio")
_NOT_SENT = ("submit", "button", "reset", "image", "file")
_Attributes = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows: its ``text`` without markup, the ``fields`` that its form sends if nobody touches it.

    ``applications`` are the names of the elements that run one, ``parameters`` all that these are given.
    """

    text: str
    fields: Fields
    applications: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]


def read_page(html: str | None) -> Page:
    """Return what a page shows; NotMeasured where the driver does not tell the page."""
    if html is None:
        raise NotMeasured("the worker driver does not tell the page that shows a QuestionForm")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(
        text="".join(reader.seen),
        fields=tuple(reader.fields),
        applications=tuple(reader.applications),
        parameters=tuple(reader.parameters),
    )


class _Reader(HTMLParser):
    """Collects what a `Page` tells; a select sends nothing unless one of its options is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self.applications: list[str] = []
        self.parameters: list[tuple[str, str]] = []
        self._within: list[str] = []
        self._area: str | None = None
        self._typed: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, an application or a parameter."""
        given = {name: text or "" for name, text in attrs}
        if tag in _UNSEEN:
            self._within.append(tag)
        if tag in _RUN:
            self.applications.append(tag)
        match tag:
            case "input":
                self._input(given)
            case "textarea":
                self._area, self._typed = given.get("name", ""), []
            case "select":
                self._select = given.get("name", "")
            case "option" if "selected" in given and self._select:
                self.fields.append((self._select, given.get("value", "")))
            case "param":
                self.parameters.append((given.get("name", ""), given.get("value", "")))
            case "embed":
                self.parameters += given.items()

    def _input(self, given: _Attributes) -> None:
        kind = given.get("type", "text").lower()
        if not given.get("name") or kind in _NOT_SENT or (kind in _CHOSEN and "checked" not in given):
            return
        self.fields.append((given["name"], given.get("value", "on" if kind in _CHOSEN else "")))

    def handle_endtag(self, tag: str) -> None:
        """Close a field for several lines, or what nobody sees as text."""
        if tag in self._within:
            self._within.remove(tag)
        if tag == "textarea" and self._area:
            # A browser takes away one line break at the very beginning.
            self.fields.append((self._area, "".join(self._typed).removeprefix("\n")))
            self._area = None

    def handle_data(self, data: str) -> None:
        """Note a text where it is seen, or where it stands in a field."""
        if self._area is not None and "textarea" in self._within:
            self._typed.append(data)
        elif not self._within:
            self.seen.append(data)
