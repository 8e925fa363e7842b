"""Keys and signatures kept out of everything that a case leaves behind: its exchanges and its verdicts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.bindings.query import Credentials
from conformance.record.events import ExchangeEvent, VerdictEvent
from conformance.record.redaction import Secrets, redact
from conformance.wire.messages import HttpRequest, header
from conformance.wire.parameters import ParametersUnreadable, read_parameters

# A shorter text under this name was invented by a case, and may be a word that occurs elsewhere.
_SHORTEST_SIGNATURE = 20


def cleaned(
    exchanges: list[ExchangeEvent], verdicts: list[VerdictEvent], accounts: Iterable[Credentials]
) -> tuple[list[ExchangeEvent], list[VerdictEvent]]:
    """Return both without the credentials of ``accounts``, and without signatures, also where a verdict quotes one."""
    secrets = Secrets(others=tuple(text for pair in accounts for text in (pair.access_key_id, pair.secret_key)))
    signatures = _signatures(event.exchange.request for event in exchanges)
    quoted = replace(secrets, others=(*secrets.others, *signatures))
    return (
        [redact(event, secrets) for event in exchanges],
        [redact(event, quoted) if event.actual or event.reason else event for event in verdicts],
    )


def _signatures(requests: Iterable[HttpRequest]) -> Iterator[str]:
    for request in requests:
        _, signed, signature = (header(request.headers, "Authorization") or "").partition("Signature=")
        if signed:
            yield from (one for one in (signature.partition(",")[0].strip(),) if len(one) >= _SHORTEST_SIGNATURE)
            continue
        try:
            pairs = read_parameters(request)
        except ParametersUnreadable:
            continue
        yield from (value for name, value in pairs if name == "Signature" and len(value) >= _SHORTEST_SIGNATURE)
