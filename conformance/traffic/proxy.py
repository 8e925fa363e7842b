r"""An addon for mitmproxy 7 and later: judges exchanges as they flow by, tells what it finds, and writes a record.

    mitmdump --mode reverse:http://127.0.0.1:8080 -s "$(python -m conformance.traffic.proxy)" \
        --set mturk_record=traffic.jsonl

Run as a module this prints its own path, which is what ``-s`` wants.  ``docs/proxy.md`` tells more.
"""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import KitError
from conformance.record.audited import Fault, FaultKey
from conformance.spec.versions import check_version
from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.judging import Options
from conformance.traffic.watching import Watch
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow, Message

_OPTIONS: tuple[tuple[str, type, object, str], ...] = (
    ("mturk_record", str, "", "Write the Requester traffic to this file, which `mturk-conformance audit` reads."),
    ("mturk_version", str, "", "Judge by this API version, not by the one that each message says or fits."),
    ("mturk_requests", bool, False, "Judge what was sent as well, even if it was refused."),
    ("mturk_keep_secrets", bool, False, "Leave access keys, signatures and cookies in the record."),
)
_LEVELS = {"fail": logging.ERROR, "warn": logging.WARNING, "observed": logging.DEBUG}
_LONGEST = 300
_log = logging.getLogger("mturk")


class Addon:
    """Gives each exchange that mitmproxy has seen to a `Watch`."""

    def __init__(self) -> None:
        self.watch: Watch | None = None

    def load(self, loader: Any) -> None:
        """Tell mitmproxy the options."""
        for name, kind, default, text in _OPTIONS:
            loader.add_option(name=name, typespec=kind, default=default, help=text)

    def configure(self, updated: set[str]) -> None:
        """Begin, or begin anew where an option has changed; refuse what cannot be done."""
        from mitmproxy import ctx, exceptions

        if self.watch is not None and not updated & {name for name, *_ in _OPTIONS}:
            return
        self.done()
        options = ctx.options
        record = Path(options.mturk_record).expanduser() if options.mturk_record else None
        try:
            version = check_version(options.mturk_version) if options.mturk_version else None
            watch = Watch(
                options=Options(version=version, requests=options.mturk_requests),
                tell=_tell,
                record=record,
                url=_upstream(options.mode),
                keeps_secrets=options.mturk_keep_secrets,
            )
            watch.begin()
        except KitError as error:
            raise exceptions.OptionsError(str(error)) from None
        self.watch = watch

    def response(self, flow: "HTTPFlow") -> None:
        """Judge an exchange that is complete."""
        self._take(flow)

    def error(self, flow: "HTTPFlow") -> None:
        """Note an exchange that broke off; one that had its response is known already."""
        if getattr(flow, "response", None) is None and hasattr(flow, "request"):
            self._take(flow)

    def done(self) -> None:
        """Write the end of the record and say what it all came to."""
        watch, self.watch = self.watch, None
        if watch is None:
            return
        try:
            watch.end()
        except KitError as error:
            _log.error("%s", _shown(str(error)))
        account = watch.account
        faults = sum(key.grade != "observed" for key in watch.audited.faults)
        _log.log(
            logging.ERROR if account.failed else logging.INFO,
            "MTurk: %d exchanges judged, %d not measured, %d of others; %d faults",
            account.judged,
            account.unmeasured,
            account.foreign,
            faults,
        )

    def _take(self, flow: "HTTPFlow") -> None:
        if self.watch is None:
            return
        try:
            self.watch.take(exchange_of(flow))
        except KitError as error:
            _log.error("%s", _shown(str(error)))


def exchange_of(flow: "HTTPFlow") -> Exchange:
    """Return a flow of mitmproxy as an exchange; a body that cannot be read is as one that did not come."""
    request, response = flow.request, flow.response
    answered: HttpResponse | None = None
    failure = flow.error.msg if flow.error else "no response came"
    if response is not None:
        try:
            body = _body(response)
            answered = HttpResponse(status=response.status_code, headers=_headers(response), body=body)
        except BodyUnreadable as error:
            failure = f"its body cannot be read: {error}"
    try:
        sent = _body(request)
    except BodyUnreadable:
        sent = request.raw_content or b""
    ended = (response.timestamp_end or response.timestamp_start) if response else None
    return Exchange(
        request=HttpRequest(method=request.method, url=request.pretty_url, headers=_headers(request), body=sent),
        response=answered,
        sent_at=request.timestamp_start,
        received_at=ended or request.timestamp_start,
        failure=None if answered else failure,
    )


def _body(message: "Message") -> bytes:
    if message.raw_content is None:
        raise BodyUnreadable("it was passed on without being kept (stream_large_bodies)")
    return decoded(message.raw_content, _headers(message))


def _headers(message: "Message") -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers.fields)


def _upstream(mode: Any) -> str:
    """Return the URL that a reverse proxy stands before, empty where mitmproxy works otherwise."""
    modes = [mode] if isinstance(mode, str) else list(mode)
    return next((one.partition(":")[2].partition("@")[0] for one in modes if str(one).startswith("reverse:")), "")


def _tell(key: FaultKey, fault: Fault, exchange: str) -> None:
    first = fault.first[0]
    text = f"{key.grade} {key.requirement} ({key.version}) at {first.where}: expected {fault.expected}"
    _log.log(_LEVELS[key.grade], "MTurk: %s [%s]", _shown(f"{text}, came {first.actual}"), exchange)


def _shown(text: str) -> str:
    """Return a text on one line in which nothing moves a cursor or hides itself."""
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


addons = [Addon()]
"""What mitmproxy looks for in a script."""

if __name__ == "__main__":
    sys.stdout.write(f"{Path(__file__).resolve()}\n")
