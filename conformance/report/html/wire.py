"""An exchange as lines to read: parameters decoded, XML indented, whatever hides made visible, long bodies cut."""

from dataclasses import dataclass

from lxml import etree

from conformance.report.visible import visible
from conformance.wire.messages import Exchange, HttpRequest
from conformance.wire.parameters import ParametersUnreadable, read_parameters
from conformance.wire.xml import XmlRefused, parse

_LINES = 160
_LINE = 600
_BODY = 8_000
_HEADERS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """``title`` is the first line; ``note`` says how the body is shown where it is not as it was sent."""

    title: str
    headers: tuple[tuple[str, str], ...]
    body: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One exchange; ``response`` is None where none came, and ``failure`` then says why."""

    id: str
    request: Message
    response: Message | None
    failure: str
    seconds: float


def wire_of(id_: str, exchange: Exchange) -> Wire:
    """Return an exchange as it is shown."""
    request, response = exchange.request, exchange.response
    body, note = _sent(request)
    return Wire(
        id=id_,
        request=Message(
            title=f"{request.method} {visible(request.url, _LINE)}",
            headers=_headers(request.headers),
            body=body,
            note=note,
        ),
        response=_reply(response.status, response.headers, response.body) if response else None,
        failure=visible(exchange.failure or "", _LINE),
        seconds=max(0.0, exchange.received_at - exchange.sent_at),
    )


def indented(text: str | bytes) -> list[str] | None:
    """Return the lines of an XML document, indented; None for what is none."""
    octets = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if not octets.lstrip().startswith(b"<"):
        return None
    try:
        root = parse(octets)
    except XmlRefused:
        return None
    etree.indent(root)
    return [_line(line) for line in etree.tostring(root, encoding="unicode").splitlines()]


def _reply(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Message:
    lines, note = _body(body)
    return Message(title=f"HTTP {status}", headers=_headers(headers), body=lines, note=note)


def _sent(request: HttpRequest) -> tuple[tuple[str, ...], str]:
    """Return the body of a request and how it is shown: the parameters, if it has some, one a line."""
    try:
        pairs = read_parameters(request)
    except ParametersUnreadable:
        pairs = []
    if not pairs:
        return _body(request.body)
    lines, note = _cut([_line(f"{name} = {value}") for name, value in pairs])
    return lines, note or "parameters, decoded"


def _body(body: bytes) -> tuple[tuple[str, ...], str]:
    if not body:
        return (), "no body"
    document = indented(body) if len(body) <= 10 * _BODY else None
    if document is not None:
        lines, note = _cut(document)
        return lines, note or "indented for reading"
    lines, note = _cut([_line(line) for line in body.decode("utf-8", "backslashreplace").split("\n")])
    return lines, note and f"{note}; {len(body)} bytes in all"


def _cut(lines: list[str]) -> tuple[tuple[str, ...], str]:
    kept: list[str] = []
    room = _BODY
    for line in lines[:_LINES]:
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return tuple(kept), "" if len(kept) == len(lines) else "cut here, the record has all of it"


def _line(line: str) -> str:
    return visible(line.rstrip("\r"), _LINE)


def _headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((visible(name, 100), visible(value, _LINE)) for name, value in headers[:_HEADERS])
