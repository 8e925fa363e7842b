"""From a profile to a target that can be called: endpoint, client, credentials, drivers."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from conformance.bindings.query import Credentials
from conformance.errors import NotMeasured
from conformance.reference.endpoint import Endpoint
from conformance.target.control_drivers import (
    ControlApi,
    ControlClock,
    ControlRequesters,
    ControlRestart,
    ControlWorkers,
    control_url_of,
)
from conformance.target.drivers import (
    ClockDriver,
    NoWorkers,
    RealClock,
    RequesterDriver,
    RestartHook,
    Sent,
    WorkerDriver,
)
from conformance.target.embedded import Embedded, EmbeddedInProcess, EmbeddedProcess
from conformance.target.guard import Guard
from conformance.target.offered import Offered
from conformance.target.own_drivers import own_drivers
from conformance.target.profile import Profile, control_token, receptor_bind, second_secrets, secrets
from conformance.target.receptor import Receptor, at_address
from conformance.transport.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An endpoint ready to be called, until `close` is called or the ``with`` block ends.

    ``notes`` are for the user to see before the run.  ``second_credentials``, ``requesters`` and ``restart_hook`` are
    None where there is no second Requester, no way to open accounts, or no way to restart.  At ``other_scheme_url``,
    where there is one, the endpoint is reached by the other one of http and https.  ``receptor`` is the web service of
    the kit that the endpoint can send notifications to, None where there is none.
    """

    url: str
    embedded: bool
    client: Client
    credentials: Credentials
    second_credentials: Credentials | None
    workers: WorkerDriver
    requesters: RequesterDriver | None
    clock: ClockDriver
    restart_hook: RestartHook | None
    close: Callable[[], None]
    notes: tuple[str, ...] = ()
    other_scheme_url: str | None = None
    receptor: Receptor | None = None
    offered: Offered = field(default_factory=Offered)
    offered_by_soap: Offered = field(default_factory=Offered)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def now(self) -> float:
        """Return the endpoint's time, in seconds since the epoch."""
        return self.clock.now()

    def new_requester(self, balance: str) -> Credentials:
        """Return the credentials of a new Requester with that balance in US dollars; NotMeasured if that cannot be."""
        if self.requesters is None:
            raise NotMeasured("no account can be opened: set worker_driver in the profile")
        return self.requesters.new_requester(balance)

    def new_layout(self, template: str) -> str:
        """Return the id of a new HIT layout of this HTML; NotMeasured if none can be made."""
        if self.requesters is None:
            raise NotMeasured("no HIT layout can be made: set worker_driver in the profile")
        return self.requesters.new_layout(template)

    def sent_notifications(self) -> tuple[Sent, ...]:
        """Return the messages that were sent to Requesters, oldest first; NotMeasured if nobody can see them."""
        if self.requesters is None:
            raise NotMeasured("no notifications can be seen: set worker_driver in the profile")
        return self.requesters.sent_notifications()

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be done on this target, in the words that requirements use in ``needs``."""
        offered = {"requester-only"} | self.workers.capabilities
        if {"worker:accept", "worker:submit"} <= offered:
            offered.add("approved-assignment")
        if self.requesters is not None:
            offered |= {"funds", "layout", "notification-receptor", "sqs-queue", "mail-sink"}
        if self.second_credentials is not None:
            offered.add("second-requester")
        if not isinstance(self.clock, RealClock):
            offered.add("clock")
        if self.restart_hook is not None:
            offered.add("restart")
        if self.other_scheme_url is not None:
            offered.add("both-schemes")
        if self.receptor is not None:
            offered.add("web-receptor")
        return frozenset(offered)


def open_target(
    profile: Profile,
    environ: Mapping[str, str],
    *,
    in_process: bool = False,
    plant: Callable[[Endpoint], None] | None = None,
) -> Target:
    """Open the target of ``profile``; secrets are read from ``environ``.

    ``in_process`` calls the embedded endpoint without a socket, and only then can ``plant`` change it.  Raises
    RefusedForSafety for an endpoint that is not allowed, UsageError for missing secrets, EndpointUnreachable if the
    embedded endpoint cannot be started.
    """
    if profile.url is not None:
        return _remote(profile, profile.url, environ)
    retired = profile.plays == "retired"
    if in_process:
        return _embedded(profile, EmbeddedInProcess(retired=retired, plant=plant))
    return _embedded(profile, EmbeddedProcess(retired=retired))


def _embedded(profile: Profile, endpoint: Embedded) -> Target:
    client = endpoint.client(profile.limits)
    with ExitStack() as stack:
        stack.callback(endpoint.close)
        stack.callback(client.close)
        return Target(
            url=endpoint.url,
            embedded=True,
            client=client,
            credentials=endpoint.credentials,
            second_credentials=endpoint.second_credentials,
            workers=endpoint.workers if profile.worker_driver == "reference" else NoWorkers(),
            requesters=endpoint.requesters if profile.worker_driver == "reference" else None,
            clock=endpoint.clock if profile.clock_driver == "reference" else RealClock(endpoint.clock.now),
            restart_hook=endpoint if profile.restart_hook == "reference" else None,
            close=stack.pop_all().close,
            other_scheme_url=endpoint.other_scheme_url,
            receptor=endpoint.receptor,
        )


def _remote(profile: Profile, url: str, environ: Mapping[str, str]) -> Target:
    guard = Guard.for_profile(profile)
    controlled = "http" in (profile.worker_driver, profile.clock_driver, profile.restart_hook)
    control_url = profile.control_url or control_url_of(url)
    notes = guard.check_endpoint(url) + (guard.check_endpoint(control_url) if controlled else ())
    if profile.other_scheme_url is not None:
        notes += guard.check_endpoint(profile.other_scheme_url)
    credentials = secrets(profile, environ)
    token = control_token(profile, environ) if controlled else ""
    own = own_drivers(profile, url)
    client = Client(limits=profile.limits)
    api = ControlApi(client, control_url, token)
    return Target(
        url=url,
        embedded=False,
        client=client,
        credentials=credentials,
        second_credentials=second_secrets(profile, environ),
        workers=ControlWorkers(api) if profile.worker_driver == "http" else own.workers,
        requesters=ControlRequesters(api) if profile.worker_driver == "http" else own.requesters,
        clock=ControlClock(api) if profile.clock_driver == "http" else own.clock,
        restart_hook=ControlRestart(api) if profile.restart_hook == "http" else own.restart_hook,
        close=client.close,
        notes=tuple(dict.fromkeys(notes)),
        other_scheme_url=profile.other_scheme_url,
        receptor=_receptor(profile),
    )


def _receptor(profile: Profile) -> Receptor | None:
    """Return the receptor of an endpoint at a URL; it listens only while a case wants to hear."""
    if not profile.receptor_urls:
        return None
    return Receptor(profile.receptor_urls, listening=at_address(*receptor_bind(profile)))
