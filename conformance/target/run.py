"""One run: its profile, its random id, its seed, and the target it is about."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from random import Random
from secrets import token_hex
from tempfile import TemporaryDirectory

from conformance.bindings.query import Credentials
from conformance.errors import Blocked, EndpointUnreachable, NotMeasured
from conformance.spec.requirements import Requirement
from conformance.spec.versions import TODAY, bindings_in
from conformance.target.cleaning import Removal, remove
from conformance.target.drivers import NoWorkers
from conformance.target.guard import Guard
from conformance.target.ledger import Ledger, OpenItem, account_of, open_items
from conformance.target.opening import Target, open_target
from conformance.target.profile import Profile, second_secrets, secrets
from conformance.target.requester import Reply, Requester, Watch
from conformance.transport.failures import failure_kind
from conformance.wire.messages import Exchange


def new_run_id() -> str:
    """Return a random run id: it goes into every name that the run creates, so no two runs meet."""
    return token_hex(4)


@dataclass(kw_only=True)
class Run:
    """What all cases of a run share; the target is opened when it is first asked for."""

    profile: Profile
    seed: int
    environ: Mapping[str, str]
    run_id: str = field(default_factory=new_run_id)
    ledger: Ledger | None = None
    opened: list[Credentials] = field(default_factory=list)
    _target: Target | None = None
    _balance: Decimal | None = field(default=None, init=False)
    _lent: Ledger | None = field(default=None, init=False)
    _lent_to: dict[str, Credentials] = field(default_factory=dict, init=False)
    _folder: TemporaryDirectory[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.guard = Guard.for_profile(self.profile)

    @property
    def target(self) -> Target:
        """The target of the profile, started or connected on first use; raises KitError where that fails."""
        if self._target is None:
            self._target = open_target(self.profile, self.environ)
        return self._target

    def left(self) -> tuple[OpenItem, ...]:
        """Return what this run created, or may have created, on an endpoint that lives on."""
        if self.ledger is None:
            return ()
        return tuple(item for item in open_items(self.ledger.path) if item.run_id == self.run_id)

    def clean(self) -> None:
        """Remove what this process created on an endpoint that lives on; what cannot be removed stays in the ledger."""
        if self.ledger is None or self._target is None:
            return
        self._clean_opened()
        # What other processes of the run created is theirs to remove: they may still need it.
        own = tuple(item for item in self.left() if item.process == os.getpid())
        for removal in self.remove(own):
            if not removal.answered:
                return

    def _clean_opened(self) -> None:
        """Remove what was created on the accounts that were opened for single cases."""
        if self._lent is None:
            return
        for version, items in self._by_version(open_items(self._lent.path)):
            requesters = {
                account: self._requester(self.target, version, lambda *_: None, credentials, None, cleaning=True)
                for account, credentials in self._lent_to.items()
            }
            for removal in remove(requesters, self._lent, items):
                if not removal.answered:
                    return

    def remove(self, items: tuple[OpenItem, ...]) -> Iterator[Removal]:
        """Remove what stands in the ledger, each by the Requester who made it, and say what came of it."""
        if self.ledger is None:
            return
        # Approving what was submitted pays what the guard counted as the HIT was created, so it needs no leave again.
        guard = Guard.for_profile(replace(self.profile, spend_cap=self.profile.spend_cap or Decimal(0)))
        accounts = self.target.credentials, self.target.second_credentials
        for version, some in self._by_version(items):
            requesters = [
                self._requester(self.target, version, lambda *_: None, account, None, guard=guard, cleaning=True)
                for account in accounts
                if account is not None
            ]
            yield from remove({one.account: one for one in requesters}, self.ledger, some)

    def _by_version(self, items: tuple[OpenItem, ...]) -> Iterator[tuple[str, tuple[OpenItem, ...]]]:
        """Yield the versions to remove items by: what was created by JSON goes by it, all else by the latest of XML."""
        by_json = tuple(item for item in items if item.version == TODAY)
        others = tuple(item for item in items if item.version != TODAY)
        if others:
            of_xml = [version for version in self.profile.versions if version != TODAY]
            told = [item.version for item in others if item.version is not None]
            yield (of_xml or sorted(told) or self.profile.versions)[-1], others
        if by_json:
            yield TODAY, by_json

    def accounts(self) -> frozenset[str]:
        """Return the accounts, as a ledger names them, whose keys the profile has for an endpoint at a URL."""
        known = secrets(self.profile, self.environ), second_secrets(self.profile, self.environ)
        return frozenset(account_of(account.access_key_id) for account in known if account)

    def spending(self) -> tuple[Decimal, Decimal | None, Decimal | None] | None:
        """Return the estimate of what this run paid, and the balance before and after, in US dollars.

        None where it could pay nothing; a balance is None where the endpoint does not tell it.
        """
        if self.guard.spend_cap is None or self._target is None or self._target.requesters is not None:
            return None
        after = None
        with suppress(Blocked):
            requester = self.requester(self._target, self.profile.versions[-1], lambda *_: None)
            after = _available(requester.call("GetAccountBalance"))
        return self.guard.spent, self._balance, after

    def replace_target(self, target: Target) -> None:
        """Put ``target`` in the place of the one that was opened: the same endpoint, seen by other Requesters."""
        self._target = target

    def close(self) -> None:
        """End what was started for the run."""
        if self._lent is not None and self._folder is not None:
            self._lent.close()
            self._folder.cleanup()
            self._lent = self._folder = None
        if self._target is not None:
            self._target.close()
            self._target = None

    def probe(self) -> None:
        """See whether anything answers, and whether the drivers work; raise EndpointUnreachable if not."""
        seen: list[Exchange] = []
        try:
            requester = self.requester(
                self.target, self.profile.versions[-1], lambda exchange, _: seen.append(exchange)
            )
            balance = _available(requester.call("GetAccountBalance"))
            self._balance = balance if self._balance is None else self._balance
        except Blocked:
            if seen and failure_kind(seen[-1]) is not None:
                raise EndpointUnreachable(
                    f"called GetAccountBalance at {self.target.url}, no answer came: {seen[-1].failure}. "
                    "See that the endpoint runs and that the URL and the time limits of the profile are right."
                ) from None
        try:
            self.target.now()
            if not isinstance(self.target.workers, NoWorkers):
                self.target.workers.new_worker()
        except (Blocked, NotMeasured) as failure:
            raise EndpointUnreachable(
                f"tried the drivers of the profile: {failure}. {_how_to_mend(self.profile)}, or leave the drivers out."
            ) from None

    def requester(
        self, target: Target, version: str, watch: Watch, *, second: bool = False, binding: str = "query"
    ) -> Requester:
        """Return the first or the second Requester on ``target``; NotMeasured where there is no second."""
        credentials: Credentials | None = target.second_credentials if second else target.credentials
        if credentials is None:
            raise NotMeasured("needs a second Requester: give the profile a second pair of credentials")
        ledger = None if target.embedded else self.ledger
        return self._requester(target, version, watch, credentials, ledger, binding=binding)

    def funded(self, target: Target, version: str, watch: Watch, balance: str, *, binding: str = "query") -> Requester:
        """Return a Requester alone on an account with that balance in US dollars, on whose sum nobody else draws.

        Where no account can be opened, the profile's own is used if it says what the run may spend; else NotMeasured.
        """
        if target.requesters is None and self.profile.spend_cap is not None:
            return self.requester(target, version, watch, binding=binding)
        credentials = target.new_requester(balance)
        self.opened.append(credentials)
        ledger = None
        if self.ledger is not None and not target.embedded:
            self._lent_to[account_of(credentials.access_key_id)] = credentials
            ledger = self._ledger_of_opened()
        return self._requester(target, version, watch, credentials, ledger, binding=binding)

    def _ledger_of_opened(self) -> Ledger:
        """Return the ledger of the accounts that were opened: only this process has their keys, so it ends with it."""
        if self._lent is None:
            self._folder = TemporaryDirectory(prefix="mturk-conformance-")
            self._lent = Ledger(Path(self._folder.name) / "ledger.jsonl")
        return self._lent

    def _requester(
        self,
        target: Target,
        version: str,
        watch: Watch,
        credentials: Credentials,
        ledger: Ledger | None,
        *,
        guard: Guard | None = None,
        cleaning: bool = False,
        binding: str = "query",
    ) -> Requester:
        (binding,) = bindings_in(version, (binding,))
        offered = target.offered_by_soap if binding == "soap" else target.offered
        return Requester(
            url=target.url,
            version=version,
            credentials=credentials,
            client=target.client,
            # Who opens accounts with any sum in them does not deal in real money.
            guard=(guard or self.guard) if target.requesters is None else Guard(embedded=True),
            ledger=ledger,
            now=target.now,
            watch=watch,
            run_id=self.run_id,
            binding=binding,
            offered=None if cleaning else offered,  # cleaning up tries whatever there is
        )

    def namer(self, case: str) -> Callable[[str], str]:
        """Return a function that makes names which no other case and no other run uses."""
        mark = sha256(case.encode()).hexdigest()[:8]
        made = 0

        def name(label: str) -> str:
            nonlocal made
            made += 1
            return f"{label} {self.run_id} {mark} {made}"

        return name

    def random(self, case: str) -> Random:
        """Return the source of generated values of a case: the same for the same seed."""
        return Random(f"{self.seed}|{case}")


def _how_to_mend(profile: Profile) -> str:
    drivers = profile.worker_driver, profile.clock_driver, profile.restart_hook
    if {"command", "python"} & {*drivers}:
        return "See docs/drivers.md for what a driver is asked and answers"
    return f"See that control_url and the token in {profile.control_token_env} are right"


def _available(reply: Reply) -> Decimal | None:
    try:
        balance = Decimal((reply.text("AvailableBalance/Amount") or "").strip())
    except InvalidOperation:
        return None
    return balance if balance.is_finite() and abs(balance) < 10**12 else None


def unmet_needs(requirement: Requirement, capabilities: frozenset[str]) -> tuple[str, ...]:
    """Return what a requirement needs and the target cannot give."""
    return tuple(need for need in requirement.needs if need not in capabilities)
