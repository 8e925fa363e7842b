"""What a file is, by its first bytes alone: names and endings of files are nothing to it."""

import json
import re
from typing import Literal

Format = Literal["XML", "HAR", "mitmproxy", "cassette", "record", "exchanges", "other"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_TNETSTRING = re.compile(rb"[0-9]{1,12}:")
_CASSETTE = re.compile(r"^(?:http_)?interactions[ \t]*:|^---[^\n]*\n?[^\n]*!ruby/(?:struct|object):VCR::", re.MULTILINE)
_WEB_PAGE = re.compile(rb"<!doctype|<html", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]*")
_EVENTS = ("run", "exchange", "action", "verdict", "end")
_DECODER = json.JSONDecoder()

_HINTS = {
    b"PK\x03\x04": "a ZIP archive. Unpack it, and name the folder",
    b"BZh": "compressed by bzip2. Decompress it, or use gzip or zstd",
    b"\xfd7zXZ": "compressed by xz. Decompress it, or use gzip or zstd",
    b"\x1f\x8b": "compressed more than once. Decompress it",
    b"\x28\xb5\x2f\xfd": "compressed more than once. Decompress it",
    b"%PDF": "a PDF file",
    b"SQLite format 3": "a database of SQLite",
    b"\xd4\xc3\xb2\xa1": "a capture of packets. Export its HTTP traffic as HAR",
    b"\x0a\x0d\x0d\x0a": "a capture of packets. Export its HTTP traffic as HAR",
}


def format_of(head: bytes) -> Format:
    """Return the format of a file that begins with ``head``: all of it, or some kilobytes."""
    wide = _WIDE.get(head[:2])
    if wide and "<" in head[:64].decode(wide, "replace"):
        return "XML"
    start = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"<"):
        return "XML"
    if start.startswith(b"{"):
        return _of_keys(_outer_keys(start.decode(errors="replace")))
    if _TNETSTRING.match(start):
        return "mitmproxy"
    return "cassette" if _CASSETTE.search(start.decode(errors="replace")) else "other"


def hint_of(head: bytes) -> str | None:
    """Return what a file of no known format is, and what to do; None where nothing is known of it."""
    for mark, hint in _HINTS.items():
        if head.startswith(mark):
            return f"it is {hint}."
    if head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"["):
        return (
            "it is JSON, but neither a HAR (`log`), a cassette (`interactions`), a record (`type`) nor exchanges on "
            "lines (`request`); a reply or a call by itself does not say its operation, and is judged in one of these."
        )
    return None


def is_known(head: bytes) -> bool:
    """Tell whether a file that nobody named is worth reading; a web page is none of the known documents."""
    return format_of(head) != "other" and not _WEB_PAGE.match(head.removeprefix(_BYTE_ORDER_MARK).lstrip())


def _of_keys(keys: dict[str, object]) -> Format:
    if "log" in keys:
        return "HAR"
    if "interactions" in keys or "http_interactions" in keys:
        return "cassette"
    if keys.get("type") in _EVENTS:
        return "record"
    return "exchanges" if "request" in keys else "other"


def _outer_keys(text: str) -> dict[str, object]:
    """Return the members of the first object of a text as far as it goes; of the last only the name may be known."""
    keys: dict[str, object] = {}
    at = _skip(text, 1)
    try:
        while text[at : at + 1] == '"':
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                break
            keys[name] = None
            keys[name], at = _DECODER.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
            if text[at : at + 1] != ",":
                break
            at = _skip(text, at + 1)
    except (ValueError, RecursionError):
        pass
    return keys


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
