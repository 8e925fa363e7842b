"""What a session is asked to do, whichever door it came through, and the session made from that."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import randrange
from typing import Any

from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.gate import Gate
from conformance.pytest_plugin.session import Plan, Session
from conformance.spec.requirements import requirements
from conformance.spec.selection import select
from conformance.target.ledger import Ledger, default_ledger_path
from conformance.target.profile import Profile, load_profile
from conformance.target.run import Run, new_run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user asked for; ``overrides`` are keys of the profile that were given as options.

    ``profile`` is the name of a profile in pyproject.toml, or the path of a TOML file.  ``replays`` tells that
    ``cases`` are run whether or not they name what is selected: a check may have found it in them.
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
    replays: bool = False
    keep_secrets: bool = False
    budget: Budget = field(default_factory=Budget)
    gate: Gate = field(default_factory=Gate)


def make_session(settings: Settings, *, plan: Plan | None = None) -> Session:
    """Return the session; raises KitError for what cannot be used, RefusedForSafety for a host not allowed."""
    is_file = settings.profile is not None and settings.profile.endswith(".toml")
    profile = load_profile(
        None if is_file else settings.profile,
        file=Path(str(settings.profile)) if is_file else None,
        overrides=settings.overrides,
        environ=os.environ,
    )
    gate = replace(settings.gate, deviations=_deviations(profile))
    # With the seed of the run that wrote the baseline, the same values bring the same failures.
    seeds = (settings.seed, gate.baseline.seed if gate.baseline else None)
    run = Run(
        profile=profile,
        seed=next((seed for seed in seeds if seed is not None), randrange(2**32)),
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
        replays=settings.replays,
        keep_secrets=settings.keep_secrets,
        budget=settings.budget,
        gate=gate,
        record=settings.record,
        plan=plan,
    )


def _deviations(profile: Profile) -> dict[str, str]:
    """Return the deviations that the profile declares; raise UsageError for one of no requirement."""
    for one in profile.deviations:
        if one.requirement not in requirements():
            raise UsageError(
                f"the profile declares a deviation from {one.requirement!r}, and there is no such requirement"
                f"{nearest(one.requirement, requirements()) or '.'} `mturk-conformance list` shows all."
            )
    return {one.requirement: one.reason for one in profile.deviations}
