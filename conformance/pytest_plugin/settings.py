"""What a session is asked to do, whichever door it came through, and the session made from that."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import randrange
from typing import Any

from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.session import Plan, Session
from conformance.spec.selection import select
from conformance.target.ledger import Ledger, default_ledger_path
from conformance.target.profile import load_profile
from conformance.target.run import Run, new_run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user asked for; ``overrides`` are keys of the profile that were given as options.

    ``profile`` is the name of a profile in pyproject.toml, or the path of a TOML file.
    """

    profile: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    selection: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    seed: int | None = None
    run_id: str | None = None
    record: Path | None = None
    ledger: Path | None = None
    fail_on: str = "must"
    explore: bool = False
    keep_secrets: bool = False
    budget: Budget = field(default_factory=Budget)


def make_session(settings: Settings, *, plan: Plan | None = None) -> Session:
    """Return the session; raises KitError for what cannot be used, RefusedForSafety for a host not allowed."""
    is_file = settings.profile is not None and settings.profile.endswith(".toml")
    profile = load_profile(
        None if is_file else settings.profile,
        file=Path(str(settings.profile)) if is_file else None,
        overrides=settings.overrides,
        environ=os.environ,
    )
    run = Run(
        profile=profile,
        seed=randrange(2**32) if settings.seed is None else settings.seed,
        environ=os.environ,
        run_id=settings.run_id or new_run_id(),
    )
    wanted = select(settings.selection)
    if profile.url is not None:
        run.guard.check_endpoint(profile.url)
        run.ledger = Ledger(settings.ledger or default_ledger_path())
    return Session(
        run=run,
        wanted=wanted,
        selection=settings.selection,
        cases=frozenset(settings.cases),
        fail_on=settings.fail_on,
        explore=settings.explore,
        keep_secrets=settings.keep_secrets,
        budget=settings.budget,
        record=settings.record,
        plan=plan,
    )
