"""``selftest``: plant every defect in the embedded endpoint and see that the kit finds it, and nothing else."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import click

from conformance.cli.suites import run_suites
from conformance.defects.defect import Defect
from conformance.defects.table import defects
from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.settings import Settings, make_session
from conformance.record.events import Event, Verdict, VerdictEvent
from conformance.reference.endpoint import Endpoint
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST, VERSIONS
from conformance.target.opening import Target, open_target
from conformance.target.profile import Profile
from conformance.wire.messages import HttpRequest, HttpResponse

EndpointHandler = Callable[[HttpRequest, float], HttpResponse]
SEED = 1
VERSIONS_TESTED = (VERSIONS[0], LATEST)
ALARMS = (Verdict.FAIL, Verdict.WARN)


@dataclass(slots=True, kw_only=True)
class Shown:
    """What the cases that ran against one defect in one version have shown."""

    alarms: dict[str, str] = field(default_factory=dict)  # requirement → where it was reported
    errors: set[str] = field(default_factory=set)
    differs: bool = False


class SelfTest:
    """The plan of the session: which case runs against which defect, and what came of it."""

    def __init__(self, chosen: Iterable[Defect], *, full: bool) -> None:
        self.defects = {defect.name: defect for defect in chosen}
        self._full = full
        self._profile = Profile(versions=VERSIONS_TESTED)
        self.shown: dict[tuple[str | None, str], Shown] = {}
        self._answers: list[tuple[Any, ...]] = []
        self._faultless: dict[tuple[str, str], list[tuple[Any, ...]]] = {}

    def defects_for(self, decides: Iterable[str]) -> Iterator[str | None]:
        """Yield the endpoint without a defect, then the defects that a case may find."""
        yield None
        decided = set(decides)
        for defect in self.defects.values():
            named = defect.breaks | {name for name in defect.also if "*" not in name}
            if self._full or decided & named:
                yield defect.name

    def target(self, defect: str | None) -> Target:
        """Return a fresh endpoint in this process, with the defect planted and all its answers noted down."""
        self._answers = []

        def plant(endpoint: Endpoint) -> None:
            if defect is not None:
                self.defects[defect].plant(endpoint)
            setattr(endpoint, "handle", self._noting(endpoint.handle))  # noqa: B010 - a method is replaced

        return open_target(self._profile, {}, in_process=True, plant=plant)

    def _noting(self, handle: EndpointHandler) -> EndpointHandler:
        """Return ``handle`` with every answer noted, those of the control API included: Workers see there."""

        def noting(request: HttpRequest, at: float) -> HttpResponse:
            response = handle(request, at)
            self._answers.append((request.url, request.body, response.status, response.body))
            return response

        return noting

    def take(self, defect: str | None, events: list[Event]) -> None:
        """Take what a case showed; the faultless run of a case comes before those against defects."""
        verdicts = [event for event in events if isinstance(event, VerdictEvent)]
        if not verdicts:
            return
        case, version = verdicts[0].case, verdicts[0].version
        shown = self.shown.setdefault((defect, version), Shown())
        if defect is None:
            self._faultless[case, version] = self._answers
        elif self._answers != self._faultless.get((case, version)):
            shown.differs = True
        for verdict in verdicts:
            if verdict.verdict in ALARMS:
                shown.alarms.setdefault(
                    verdict.requirement,
                    f"{verdict.case}: {verdict.where}: expected {verdict.expected}; got {verdict.actual}",
                )
            elif verdict.verdict is Verdict.ERROR:
                shown.errors.add(f"{verdict.case}: {verdict.reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a defect fared: in each version it holds in, what was missed and what was reported wrongly."""

    defect: Defect
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """Whether all that it breaks was reported, and nothing else."""
        return not (self.missed or self.false_alarms or self.problems)


def judge(plan: SelfTest, defect: Defect) -> Result:
    """Return how a defect fared."""
    missed, alarms, problems = [], [], []
    for version in VERSIONS_TESTED:
        expected = {name for name in defect.breaks if requirements()[name].holds_in(version)}
        if not defect.holds_in(version) or not expected:
            continue
        shown = plan.shown.get((defect.name, version), Shown())
        missed += [f"{name} in {version}" for name in sorted(expected - shown.alarms.keys())]
        alarms += [
            f"{name} in {version}, {where}" for name, where in sorted(shown.alarms.items()) if not defect.may_show(name)
        ]
        problems += [f"{version}, {error}" for error in sorted(shown.errors)]
        if not shown.differs:
            problems.append(f"{version}: its exchanges do not differ from the faultless ones")
    return Result(defect=defect, missed=tuple(missed), false_alarms=tuple(alarms), problems=tuple(problems))


def choose(patterns: tuple[str, ...], selection: tuple[str, ...]) -> list[Defect]:
    """Return the defects of these names, or those that break one of the requirements selected."""
    table = defects()
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in table):
            raise UsageError(f"there is no defect {pattern!r}{nearest(pattern, table) or '.'}")
    chosen = [
        defect
        for name, defect in table.items()
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    if selection:
        chosen = [
            defect for defect in chosen if any(fnmatchcase(name, term) for name in defect.breaks for term in selection)
        ]
    if not chosen:
        raise UsageError("no defect breaks what is selected; `mturk-conformance list` shows the requirements.")
    return chosen


def summary_of(plan: SelfTest, results: list[Result]) -> dict[str, Any]:
    """Return the outcome as JSON values."""
    faultless = [
        f"{name} in {version}, {where}"
        for (defect, version), shown in plan.shown.items()
        if defect is None
        for name, where in [*sorted(shown.alarms.items()), *(("kit error", error) for error in sorted(shown.errors))]
    ]
    by_requirement: dict[str, dict[str, int]] = {}
    for result in results:
        for name in sorted(result.defect.breaks):
            row = by_requirement.setdefault(name, {"killed": 0, "total": 0})
            row["total"] += 1
            row["killed"] += result.killed
    return {
        "killed": sum(result.killed for result in results),
        "total": len(results),
        "survivors": [
            {
                "defect": result.defect.name,
                "missed": list(result.missed),
                "false_alarms": list(result.false_alarms),
                "problems": list(result.problems),
            }
            for result in results
            if not result.killed
        ],
        "false_alarms": faultless,
        "requirements": dict(sorted(by_requirement.items())),
    }


def _print(summary: dict[str, Any]) -> None:
    width = max(len(name) for name in summary["requirements"])
    for name, row in summary["requirements"].items():
        click.echo(f"{name:{width}}  {row['killed']:3} of {row['total']:3} killed")
    for survivor in summary["survivors"]:
        click.echo(f"\nsurvivor  {survivor['defect']}")
        for title in ("missed", "false_alarms", "problems"):
            for line in survivor[title]:
                click.echo(f"  {title.replace('_', ' '):13} {line}")
    for line in summary["false_alarms"]:
        click.echo(f"\nfalse alarm on the faultless endpoint: {line}")
    click.echo(
        f"\n{summary['killed']} of {summary['total']} defects killed, "
        f"{len(summary['false_alarms'])} false alarms on the faultless endpoint"
    )


@click.command("selftest")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--full", is_flag=True, help="Run every case against every defect.")
@click.option("--select", "selection", multiple=True, metavar="ID|GLOB", help="Defects that break these requirements.")
@click.option("--defect", "patterns", multiple=True, metavar="NAME|GLOB", help="Defects by name.")
def command(*, as_json: bool, full: bool, selection: tuple[str, ...], patterns: tuple[str, ...]) -> int:
    """Plant every defect in the embedded endpoint and see that the kit finds it, and nothing else.

    Exit code 0: every defect was found and the endpoint without one gave no alarm; else 1.
    """
    plan = SelfTest(choose(patterns, selection), full=full)
    settings = Settings(overrides={"versions": list(VERSIONS_TESTED)}, seed=SEED, run_id="selftest")
    run_suites(make_session(settings, plan=plan), show_progress=not as_json)
    summary = summary_of(plan, [judge(plan, defect) for defect in plan.defects.values()])
    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        _print(summary)
    return 0 if not summary["survivors"] and not summary["false_alarms"] else 1
