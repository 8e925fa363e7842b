"""The guard: nothing touches Amazon's own service, and nothing is paid for, unless the user said so.

Hosts of the service: those of the legacy API, of the JSON API of 2017 in any region, and of the web sites.
The cost of a call is estimated before it is sent, on the high side; what cannot be estimated is refused.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.util import parse_url

from conformance.bindings.query import Answer
from conformance.errors import RefusedForSafety
from conformance.target.costs import MAKERS, Costs, pays
from conformance.wire.flattening import Values

if TYPE_CHECKING:
    from conformance.target.profile import Profile

_SANDBOX = re.compile(
    r"(.+\.)?(mechanicalturk\.sandbox|mturk-requester-sandbox(\.[a-z0-9-]+)*)\.(amazonaws\.com(\.cn)?|api\.aws)"
    r"|([^.]+\.)*[^.]*sandbox[^.]*\.mturk\.com"
)
_PRODUCTION = re.compile(
    r"(.+\.)?(mechanicalturk|mturk-requester)[^.]*(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|api\.aws)|(.+\.)?mturk\.com"
)
_PLAINLY = "Write it plainly: http(s)://host[:port]/path, in ASCII, without user name, escapes or backslashes."


@dataclass(slots=True, kw_only=True)
class Guard:
    """Permissions for one target; ``spent`` is the running estimate in US dollars, of this process alone."""

    embedded: bool
    allow_production: bool = False
    allow_sandbox: bool = False
    spend_cap: Decimal | None = None
    spent: Decimal = field(default=Decimal(0), init=False)
    _costs: Costs = field(default_factory=Costs, init=False)

    @classmethod
    def for_profile(cls, profile: "Profile") -> "Guard":
        """Return the guard that goes with a profile."""
        return cls(
            embedded=profile.url is None,
            allow_production=profile.allow_production,
            allow_sandbox=profile.allow_sandbox,
            spend_cap=profile.spend_cap,
        )

    def check_endpoint(self, url: str) -> tuple[str, ...]:
        """Return notes that the user should see before anything is sent to ``url``.

        Raises RefusedForSafety for a host of Amazon's that was not allowed, and for an address whose owner
        cannot be told.
        """
        host = _host(url)
        if _SANDBOX.fullmatch(host):
            if not self.allow_sandbox:
                raise RefusedForSafety(
                    f"{host} is Amazon's sandbox, a shared public service. Allow it with --allow-sandbox if meant."
                )
        elif _PRODUCTION.fullmatch(host) or _is_public_address(host):
            what = "is Amazon's production service" if _PRODUCTION.fullmatch(host) else "may be anyone's"
            self._check_production(f"{host} {what}")
        if urlsplit(url).scheme == "http" and not _is_local(host):
            return (f"credentials and signatures go to {host} unencrypted; use https if the endpoint offers it.",)
        return ()

    def check_call(self, operation: str, values: Values | None) -> Decimal:
        """Count a call that is about to be sent; return the estimate of its cost in US dollars.

        ``values`` is None where the parameters cannot be read from the message.
        Raises RefusedForSafety for what pays without a cap, would go over it, or cannot be estimated.
        """
        if self.embedded or not pays(operation, values):
            return Decimal(0)
        if self.spend_cap is None:
            raise RefusedForSafety(
                f"{operation} can cost money, and no limit was set. "
                "Allow it with --spend-cap AMOUNT (US dollars), or leave it out of the selection."
            )
        cost = None if values is None else self._costs.estimate(operation, values)
        if values is None or cost is None:
            raise RefusedForSafety(
                f"{operation} can cost money, and how much cannot be told from its parameters, nor from what this run "
                "created. Leave it out of the selection, or run it against the embedded endpoint."
            )
        if self.spent + cost > self.spend_cap:
            raise RefusedForSafety(
                f"{operation} may cost {cost} US dollars, which with the {self.spent} already estimated goes over the "
                f"cap of {self.spend_cap}. Raise --spend-cap, or select less."
            )
        self.spent += cost
        self._costs.count(operation, values)
        return cost

    def learn(self, operation: str, values: Values | None, answer: Answer) -> None:
        """Take note of the reward of what a call made, so that later calls about it can be estimated."""
        if not self.embedded and operation in MAKERS and values is not None and answer.accepted:
            made = {name: (answer.text(name) or "").strip() for name in ("HITTypeId", "HITId")}
            self._costs.learn(operation, values, type_id=made["HITTypeId"], hit_id=made["HITId"])

    def _check_production(self, what: str) -> None:
        if not self.allow_production:
            raise RefusedForSafety(
                f"{what}, where calls cost money and reach people. "
                "Use the host name of a test endpoint; or allow it with --allow-production and --spend-cap AMOUNT."
            )
        if self.spend_cap is None:
            raise RefusedForSafety(
                f"{what}; --allow-production alone is not enough. "
                "Add --spend-cap AMOUNT (US dollars; with 0 nothing is paid for)."
            )


def _host(url: str) -> str:
    """Return the host that the client would connect to, in one spelling; refuse a URL that has two readings."""
    try:
        parts = urlsplit(url)
        hosts = {parts.hostname or "", (parse_url(url).host or "").strip("[]")}
    except ValueError:
        raise RefusedForSafety(f"cannot tell which host the endpoint's URL names. {_PLAINLY}") from None
    # Escapes, user names and letters beyond ASCII become something else on the way to the resolver.
    plain = url.isascii() and url.isprintable() and not set(" \\@%") & set(parts.netloc)
    host = hosts.pop().rstrip(".") if len(hosts) == 1 else ""
    if not plain or not host:
        raise RefusedForSafety(f"cannot tell for certain which host the endpoint's URL names. {_PLAINLY}")
    return host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    # The C library also reads 0x7f.1, 2130706433 and the like as addresses.
    if not re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _is_public_address(host: str) -> bool:
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address is not None and address.is_global


def _is_local(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)
