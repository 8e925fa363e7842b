"""The shell lines by which a finding can be seen again."""

import re
import shlex
import string
from collections.abc import Iterable, Mapping
from enum import Enum
from urllib.parse import quote

from conformance.bindings.exchanges import calls_of
from conformance.bindings.json import is_json
from conformance.bindings.query import SERVICE
from conformance.bindings.soap import is_soap
from conformance.record.redaction import REDACTED
from conformance.wire.messages import HttpRequest, header
from conformance.wire.parameters import ParametersUnreadable, read_parameters
from conformance.wire.timestamps import format_timestamp, is_utc_timestamp, parse_timestamp

# A timestamp further from the time of sending was chosen by the case, and is sent again as it was.
_FRESH = 5.0
_FORM = "application/x-www-form-urlencoded"
_SIGNED_FOR = "aws:amz:us-east-1:mturk-requester"
_BESIDE_REQUESTS = re.compile(r"<(?:[\w.-]+:)?(?P<name>AWSAccessKeyId|Timestamp|Signature)>(?P<value>[^<]*)<")


class _Live(Enum):
    """A value that is made when the line runs."""

    ACCESS_KEY = '"${MTURK_ACCESS_KEY_ID:?}"'
    MOMENT = '"$T"'
    SIGNATURE = ""


_KINDS = {_Live.ACCESS_KEY: "key", _Live.MOMENT: "moment", _Live.SIGNATURE: "signature"}
_Value = str | _Live


def replay_line(record_path: str, requirement: str) -> str:
    """Return the command that sends again, and judges again, what the record says about ``requirement``."""
    return shlex.join(["mturk-conformance", "replay", record_path, requirement])


def curl_line(
    request: HttpRequest, url: str, *, sent_at: float | None = None, chosen: Mapping[str, str] | None = None
) -> str:
    """Return one line for a POSIX shell that sends the call in ``request`` to ``url`` with curl.

    The access key comes from ``MTURK_ACCESS_KEY_ID`` and ``MTURK_SECRET_KEY``; Timestamp and Signature are made
    when the line runs.  What the call lacks, the line leaves out.  Sent as recorded are the common parameters in
    ``chosen`` (by which a case is wrong on purpose), an access key that is not redacted, and a Timestamp that is
    not that of ``sent_at`` (seconds since the epoch).  A message without readable parameters is sent byte by byte.
    A call of JSON is signed by curl itself, and has no line (an empty text) where it was of another time on purpose.
    """
    if is_json(request):
        return _json_line(request, url, chosen or {})
    if is_soap(request):
        return _soap_line(request, url, sent_at, chosen or {})
    try:
        pairs = read_parameters(request)
    except ParametersUnreadable:
        pairs = []
    if not pairs:
        return _raw_line(request, url)
    values = [(name, _value(name, value, sent_at, chosen or {})) for name, value in pairs]
    words = ["curl", "-sS", *_method(request), *_content_type(request), _url(url.partition("?")[0])]
    for name, value in values:
        words += _data(name, value, values)
    moment = "T=$(date -u +%Y-%m-%dT%H:%M:%SZ); " if any(value is _Live.MOMENT for _, value in values) else ""
    return moment + " ".join(words)


def parameters_of(request: HttpRequest, *, sent_at: float, chosen: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the parameters of a call as name, kind and text, in the order sent.

    The kind is ``key``, ``moment`` or ``signature`` for what is made anew when the call is sent again (the text is
    then empty), else ``text``; ``sent_at`` and ``chosen`` are those of `curl_line`.  None are returned for a message
    without readable parameters.
    """
    try:
        pairs = read_parameters(request)
    except ParametersUnreadable:
        return []
    return [(name, *kind_of(name, value, sent_at=sent_at, chosen=chosen)) for name, value in pairs]


def kind_of(name: str, value: str, *, sent_at: float, chosen: Mapping[str, str]) -> tuple[str, str]:
    """Return kind and text of one parameter, or of a member beside the Requests of SOAP, as `parameters_of` does."""
    one = _value(name, value, sent_at, chosen)
    return (_KINDS[one], "") if isinstance(one, _Live) else ("text", one)


def _value(name: str, value: str, sent_at: float | None, chosen: Mapping[str, str]) -> _Value:
    if name in chosen:
        return chosen[name] if value == REDACTED else value
    if name == "AWSAccessKeyId" and value == REDACTED:
        return _Live.ACCESS_KEY
    if name == "Signature" and value:
        return _Live.SIGNATURE
    if name == "Timestamp" and _is_fresh(value, sent_at):
        return _Live.MOMENT
    return value


def _is_fresh(timestamp: str, sent_at: float | None) -> bool:
    if not is_utc_timestamp(timestamp):
        return False
    moment = parse_timestamp(timestamp).timestamp()
    return format_timestamp(moment) == timestamp and (sent_at is None or abs(moment - sent_at) <= _FRESH)


def _method(request: HttpRequest) -> list[str]:
    """Return the options for the method and for where the parameters stand; the body, if both places hold some."""
    if request.method == "GET":
        return ["-G"]
    if not request.body:
        return ["-G", "-X", shlex.quote(request.method)]
    return [] if request.method == "POST" else ["-X", shlex.quote(request.method)]


def _content_type(request: HttpRequest) -> list[str]:
    sent = header(request.headers, "Content-Type")
    return [] if sent is None or sent.startswith(_FORM) else ["-H", shlex.quote(f"Content-Type: {_visible(sent)}")]


def _data(name: str, value: _Value, values: list[tuple[str, _Value]]) -> list[str]:
    encoded = quote(name, safe="")
    if value is _Live.SIGNATURE:
        return ["--data-urlencode", f'{encoded}="$({_signature(values)})"']
    if isinstance(value, _Live):
        return ["--data-urlencode", f"{encoded}={value.value}"]
    if name and value.isprintable():
        return ["--data-urlencode", shlex.quote(f"{encoded}={value}")]
    return ["--data", shlex.quote(f"{encoded}={quote(value, safe='')}")]  # curl would lose a name, a shell line ends


def _signature(values: list[tuple[str, _Value]]) -> str:
    """Return the commands that sign ``values``, by the rules of `conformance.wire.signatures`."""
    first = dict(reversed(values))
    if first.get("SignatureVersion") == "1":
        covered = sorted((pair for pair in values if pair[0] != "Signature"), key=lambda pair: pair[0].lower())
        parts = [part for pair in covered for part in pair]
    else:
        operation = first.get("Operation") or first.get("Action") or ""
        parts = [first.get("Service", SERVICE), operation, first.get("Timestamp", "")]
    return f'{_printf(parts)} | openssl dgst -sha1 -hmac "${{MTURK_SECRET_KEY:?}}" -binary | openssl base64'


def _printf(parts: Iterable[_Value]) -> str:
    texts = [part for part in parts if part]
    plain = all(isinstance(text, _Live) or text.isprintable() for text in texts)
    words = (
        text.value if isinstance(text, _Live) else shlex.quote(text if plain else _octal(text.encode()))
        for text in texts
    )
    return f"printf {'%s' if plain else '%b'} {''.join(words)}"


def _octal(octets: bytes) -> str:
    """Return ``octets`` for ``printf %b``: printable ASCII as it is, the rest as octal escapes."""
    return "".join(chr(octet) if 32 <= octet < 127 and octet != 92 else f"\\0{octet:03o}" for octet in octets)


def _raw_line(request: HttpRequest, url: str) -> str:
    query = request.url.partition("?")[2]
    target = _url(f"{url.partition('?')[0]}?{query}" if query else url)
    if not request.body:
        method = [] if request.method == "GET" else ["-X", shlex.quote(request.method)]
        return " ".join(["curl", "-sS", "-g", *method, target])
    kind = _visible(header(request.headers, "Content-Type") or _FORM)
    words = ["curl", "-sS", "-g", "-X", shlex.quote(request.method), "-H", shlex.quote(f"Content-Type: {kind}")]
    return f"printf %b {shlex.quote(_octal(request.body))} | {' '.join([*words, '--data-binary', '@-', target])}"


def _soap_line(request: HttpRequest, url: str, sent_at: float | None, chosen: Mapping[str, str]) -> str:
    """Return the line of a SOAP message: the body as it was, but for what is made when the line runs."""
    live: dict[str, _Value] = {}
    text = _octal(request.body)
    for found in _BESIDE_REQUESTS.finditer(text):
        live.setdefault(found["name"], _value(found["name"], found["value"], sent_at, chosen))
    try:
        common = calls_of(request)[0].common
    except ValueError:
        return _raw_line(request, url)
    signed = [(name, live.get(name, common.get(name, ""))) for name in ("Service", "Operation", "Timestamp")]
    words, end = [], 0
    for found in _BESIDE_REQUESTS.finditer(text):
        value = live.pop(found["name"], None)
        if isinstance(value, _Live):
            made = f'"$({_signature(signed)})"' if value is _Live.SIGNATURE else value.value
            words += [shlex.quote(text[end : found.start("value")]), made]
            end = found.end("value")
    moment = "T=$(date -u +%Y-%m-%dT%H:%M:%SZ); " if _Live.MOMENT.value in words else ""
    body = "".join([*words, shlex.quote(text[end:])])
    headers = [f"{name}: {_visible(header(request.headers, name) or '')}" for name in ("Content-Type", "SOAPAction")]
    options = " ".join(f"-H {shlex.quote(text)}" for text in headers)
    query = request.url.partition("?")[2]
    target = _url(f"{url.partition('?')[0]}?{query}" if query else url)
    return f"{moment}printf %b {body} | curl -sS -g {options} --data-binary @- {target}"


def _json_line(request: HttpRequest, url: str, chosen: Mapping[str, str]) -> str:
    """Return the line of a call of JSON, which curl signs by Signature Version 4 (curl 7.75 and later).

    There is none for a call that was signed for another moment on purpose: curl signs as of now.
    """
    if "Timestamp" in chosen:
        return ""
    headers = [f"{name}: {_visible(header(request.headers, name) or '')}" for name in ("Content-Type", "X-Amz-Target")]
    options = [f"-H {shlex.quote(text)}" for text in headers]
    if header(request.headers, "Authorization") is not None:
        options.append(_by_version_4(chosen))
    body, target = request.body.decode("utf-8", "replace"), _url(url)
    words = " ".join(["curl", "-sS", *options])
    if body.isprintable() and not body.startswith("@") and body.encode() == request.body:
        return f"{words} --data-binary {shlex.quote(body)} {target}"
    return f"printf %b {shlex.quote(_octal(request.body))} | {words} --data-binary @- {target}"


def _by_version_4(chosen: Mapping[str, str]) -> str:
    """Return the options by which curl signs; with what was wrong on purpose in the place of what it would make."""
    key = shlex.quote(chosen["AWSAccessKeyId"]) if chosen.get("AWSAccessKeyId") else _Live.ACCESS_KEY.value
    if not chosen.get("Signature"):
        return f'--aws-sigv4 {shlex.quote(_SIGNED_FOR)} --user {key}":${{MTURK_SECRET_KEY:?}}"'
    scope = "$(date -u +%Y%m%d)/us-east-1/mturk-requester/aws4_request"
    rest = f", SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={chosen['Signature']}"
    moment = '-H "X-Amz-Date: $(date -u +%Y%m%dT%H%M%SZ)"'
    return f'{moment} -H "Authorization: AWS4-HMAC-SHA256 Credential="{key}"/{scope}"{shlex.quote(rest)}'


def _url(url: str) -> str:
    """Return ``url`` as a shell word; what has no place in a URL, such as a line end, is percent-encoded."""
    return shlex.quote(quote(url, safe=string.punctuation))


def _visible(text: str) -> str:
    return text if text.isprintable() else repr(text)
