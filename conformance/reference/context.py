"""What a handler is given, and what it is."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.reference.deliveries import Deliver, keep
from conformance.reference.formats import Formats
from conformance.reference.parameters import Parameters
from conformance.reference.records import Requester
from conformance.reference.store import Store
from conformance.spec.shapes import Shapes
from conformance.wire.flattening import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """An authenticated call with readable parameters; ``at`` is the endpoint's time in seconds since the epoch.

    ``groups`` are the response groups of the reply, of which a handler that has more than Minimal takes account;
    ``site`` is the address of the Workers' site, with the slash after the host; ``deliver`` carries messages to web
    services.
    """

    operation: str
    requester: Requester
    store: Store
    values: Parameters
    at: float
    version: str
    shapes: Shapes
    formats: Formats
    request_id: str
    groups: frozenset[str]
    site: str = "http://localhost/"
    deliver: Deliver = keep


Handler = Callable[[Context], Values]
"""Carries out one operation: changes the store, returns what the result holds beside Request, or raises Refusal
before any change."""
