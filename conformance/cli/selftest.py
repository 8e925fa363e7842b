"""``selftest``: plant every defect in the embedded endpoint and see that the kit finds it, and nothing else."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
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
from conformance.spec.versions import VERSIONS
from conformance.target.opening import Target, open_target
from conformance.target.profile import Profile
from conformance.wire.messages import HttpRequest, HttpResponse

EndpointHandler = Callable[[HttpRequest, float], HttpResponse]
SEED = 1
ALARMS = (Verdict.FAIL, Verdict.WARN)


@dataclass(slots=True, kw_only=True)
class Shown:
    """What the cases that ran against one defect in one version have shown."""

    alarms: dict[str, str] = field(default_factory=dict)  # requirement → where it was reported
    errors: set[str] = field(default_factory=set)
    differs: bool = False


class Extent(StrEnum):
    """How much is run: which cases against a defect, and in which versions.

    ``DEFAULT``: those that decide what it breaks, in the first and the last version that shows it.  ``QUICK``: the
    same in the last one, for one defect of each requirement.  ``FULL``: all cases, in all versions that show it.
    """

    DEFAULT = "default"
    QUICK = "quick"
    FULL = "full"


def versions_of(defect: Defect, extent: Extent) -> frozenset[str]:
    """Return the versions to run a defect in; for each requirement that it breaks there is one, if it ever holds."""
    chosen: set[str] = set()
    for name in defect.breaks:
        shown = [version for version in VERSIONS if defect.holds_in(version) and requirements()[name].holds_in(version)]
        chosen.update({Extent.DEFAULT: [*shown[:1], *shown[-1:]], Extent.QUICK: shown[-1:], Extent.FULL: shown}[extent])
    return frozenset(chosen)


class SelfTest:
    """The plan of the session: which case runs against which defect, and what came of it.

    ``whole`` says that the endpoint without a defect gets all cases; else only those that a defect gets.
    """

    def __init__(self, chosen: Iterable[Defect], *, extent: Extent = Extent.DEFAULT, whole: bool = True) -> None:
        self.defects = {defect.name: defect for defect in chosen}
        self.versions = {name: versions_of(defect, extent) for name, defect in self.defects.items()}
        self._extent = extent
        self._whole = whole
        self._profile = Profile(versions=self.versions_tested)
        self.shown: dict[tuple[str | None, str], Shown] = {}
        self._answers: list[tuple[Any, ...]] = []
        self._faultless: dict[tuple[str, str], list[tuple[Any, ...]]] = {}

    @property
    def versions_tested(self) -> tuple[str, ...]:
        """The versions that some defect is run in, oldest first."""
        return tuple(sorted(frozenset().union(*self.versions.values())))

    def defects_for(self, decides: Iterable[str], version: str) -> Iterator[str | None]:
        """Yield the endpoint without a defect, then the defects that a case may find."""
        found = [name for name in self.defects if version in self.versions[name] and self._may_find(name, set(decides))]
        if found or self._whole:
            yield None
        yield from found

    def _may_find(self, name: str, decided: set[str]) -> bool:
        defect = self.defects[name]
        named = defect.breaks | {consequence for consequence in defect.also if "*" not in consequence}
        return self._extent is Extent.FULL or bool(decided & named)

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
    for version in sorted(plan.versions[defect.name]):
        expected = {name for name in defect.breaks if requirements()[name].holds_in(version)}
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


def one_of_each(chosen: Iterable[Defect]) -> list[Defect]:
    """Return few of the defects that break, between them, all that the defects break."""
    covered: set[str] = set()
    kept = []
    for defect in sorted(chosen, key=lambda one: (len(one.breaks), "*" in one.also, one.name)):
        if not defect.breaks <= covered:
            covered |= defect.breaks
            kept.append(defect)
    return kept


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
@click.option("--quick", "extent", flag_value=Extent.QUICK.value, help="One defect of each requirement, one version.")
@click.option("--full", "extent", flag_value=Extent.FULL.value, help="Every case against every defect, all versions.")
@click.option("--select", "selection", multiple=True, metavar="ID|GLOB", help="Defects that break these requirements.")
@click.option("--defect", "patterns", multiple=True, metavar="NAME|GLOB", help="Defects by name.")
def command(*, as_json: bool, extent: str | None, selection: tuple[str, ...], patterns: tuple[str, ...]) -> int:
    """Plant every defect in the embedded endpoint and see that the kit finds it, and nothing else.

    Each is looked for in the first and the last version that shows it.  Exit code 0: every defect was found and the
    endpoint without one gave no alarm; else 1.
    """
    chosen, asked = choose(patterns, selection), Extent(extent or Extent.DEFAULT)
    if asked is Extent.QUICK:
        chosen = one_of_each(chosen)
    plan = SelfTest(chosen, extent=asked, whole=not (patterns or selection))
    for version in plan.versions_tested:  # one session each: cases and defects are multiplied
        settings = Settings(overrides={"versions": [version]}, seed=SEED, run_id="selftest")
        run_suites(make_session(settings, plan=plan), show_progress=not as_json)
    summary = summary_of(plan, [judge(plan, defect) for defect in plan.defects.values()])
    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        _print(summary)
    return 0 if not summary["survivors"] and not summary["false_alarms"] else 1
