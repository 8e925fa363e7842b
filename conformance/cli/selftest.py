"""``selftest``: plant every defect in the embedded endpoint and see that the kit finds it, and nothing else."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from conformance.cli.output import write_text
from conformance.cli.quality import comparison, figures_of, quality_of, read_figures, worse, write_figures
from conformance.cli.selftest_plan import Extent, Part, SelfTest, Shown, result_of, versions_of
from conformance.cli.suites import run_suites
from conformance.defects.defect import Defect
from conformance.defects.table import defects
from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.settings import Settings, make_session

SEED = 1
LEAST_SHARE = 50
_LOOKED_FOR = {
    Extent.DEFAULT: "in the first and the last version that shows it, by the cases that decide what it breaks",
    Extent.VERSIONS: "in every version that shows it, by the cases that decide what it breaks",
    Extent.FULL: "in every version that shows it, by all cases",
}
_OPTIONS = {Extent.VERSIONS: "--every-version", Extent.FULL: "--full"}


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


def run_part(names: tuple[str, ...], part: Part, extent: Extent, *, whole: bool) -> dict[str | None, Shown]:
    """Run the cases of a part, in this process; return what they have shown of each defect (None: of none)."""
    table = defects()
    plan = SelfTest([table[name] for name in names], part, extent=extent, whole=whole)
    for planting in (False, True):
        plan.planting = planting
        settings = Settings(overrides={"versions": [part.version]}, seed=SEED, run_id="selftest", keep_secrets=True)
        run_suites(make_session(settings, plan=plan), show_progress=False)
    return dict(plan.shown)


def parts_of(chosen: Iterable[Defect], extent: Extent, workers: int) -> list[Part]:
    """Cut the work into parts, the largest first: with several processes none should wait long for the last one."""
    defects_in = Counter(version for defect in chosen for version in versions_of(defect, extent))
    parts = []
    for version, number in defects_in.most_common():
        shares = min(2 * workers, 1 + number // LEAST_SHARE) if workers > 1 else 1
        parts += [Part(version=version, number=at, of=shares) for at in range(shares)]
    return parts


def run_parts(
    chosen: list[Defect], extent: Extent, *, whole: bool, workers: int, show_progress: bool
) -> dict[str, dict[str | None, Shown]]:
    """Run all cases, in so many processes; return what they have shown, by version and defect."""
    names = tuple(defect.name for defect in chosen)
    parts = parts_of(chosen, extent, workers)
    console = Console(stderr=True)
    done = track(
        _found(names, parts, extent, whole=whole, workers=workers),
        "judging",
        total=len(parts),
        console=console,
        transient=True,
        disable=not (show_progress and console.is_terminal),
    )
    found = dict(done)
    shown: dict[str, dict[str | None, Shown]] = {}
    for part in parts:  # in the same order each time, whoever was ready first
        in_version = shown.setdefault(part.version, {})
        for name, one in found[part].items():
            in_version.setdefault(name, Shown()).add(one)
    return shown


def _found(
    names: tuple[str, ...], parts: list[Part], extent: Extent, *, whole: bool, workers: int
) -> Iterator[tuple[Part, dict[str | None, Shown]]]:
    if workers == 1:
        for part in parts:
            yield part, run_part(names, part, extent, whole=whole)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run_part, names, part, extent, whole=whole): part for part in parts}
        for done in as_completed(running):
            yield running[done], done.result()


def summary_of(chosen: Iterable[Defect], shown: dict[str, dict[str | None, Shown]], extent: Extent) -> dict[str, Any]:
    """Return the outcome as JSON values; ``shown`` is by version and defect."""
    results = [
        result_of(
            defect, {version: found[defect.name] for version, found in shown.items() if defect.name in found}, extent
        )
        for defect in sorted(chosen, key=lambda one: one.name)
    ]
    by_requirement: dict[str, dict[str, int]] = {}
    for result in results:
        for name in sorted(defects()[result.name].breaks):
            row = by_requirement.setdefault(name, {"killed": 0, "total": 0})
            row["total"] += 1
            row["killed"] += result.killed
    return {
        "killed": sum(result.killed for result in results),
        "total": len(results),
        "survivors": [
            {
                "defect": result.name,
                "missed": list(result.missed),
                "false_alarms": list(result.false_alarms),
                "problems": list(result.problems),
            }
            for result in results
            if not result.killed
        ],
        "false_alarms": [
            f"{name} in {version}, {where}"
            for version, found in sorted(shown.items())
            for name, where in found.get(None, Shown()).reports()
        ],
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
@click.option("--every-version", "extent", flag_value=Extent.VERSIONS.value, help="All versions that show a defect.")
@click.option("--full", "extent", flag_value=Extent.FULL.value, help="Every case against every defect, all versions.")
@click.option("--select", "selection", multiple=True, metavar="ID|GLOB", help="Defects that break these requirements.")
@click.option("--defect", "patterns", multiple=True, metavar="NAME|GLOB", help="Defects by name.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes; by default one a processor.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write the page about it: Markdown, or .json."
)
@click.option(
    "--quality", type=click.Path(path_type=Path), metavar="FILE", help="Fail where a figure is worse than in FILE."
)
@click.option("--quality-update", is_flag=True, help="Write that file anew instead.")
def command(
    *,
    as_json: bool,
    extent: str | None,
    selection: tuple[str, ...],
    patterns: tuple[str, ...],
    workers: int | None,
    report: Path | None,
    quality: Path | None,
    quality_update: bool,
) -> int:
    """Plant every defect in the embedded endpoint and see that the kit finds it, and nothing else.

    Each is looked for in the first and the last version that shows it.  Exit code 0: every defect was found and the
    endpoint without one gave no alarm, and no figure of --quality got worse; else 1.
    """
    chosen, asked = choose(patterns, selection), Extent(extent or Extent.DEFAULT)
    if quality_update and quality is None:
        raise UsageError("--quality-update says what to do with a file; name it with --quality FILE.")
    if (report or quality) and (patterns or selection or asked is Extent.QUICK):
        raise UsageError("the quality is that of the whole; leave out --select, --defect and --quick.")
    # Before the work, of which nothing is lost that way.
    for file in filter(None, (report, quality)):
        if not file.parent.is_dir():
            raise UsageError(f"there is no folder {file.parent} to write {file.name} to; make it, or name another.")
    before = read_figures(quality) if quality and not quality_update else None
    if asked is Extent.QUICK:
        chosen = one_of_each(chosen)
    # A process has all cases to collect: too much for a handful of defects.
    processes = workers or min(os.cpu_count() or 1, max(1, len(chosen) // LEAST_SHARE))
    began = time.monotonic()
    shown = run_parts(chosen, asked, whole=not (patterns or selection), workers=processes, show_progress=not as_json)
    summary = summary_of(chosen, shown, asked)
    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        _print(summary)
    fell = False
    if report or quality:
        measured = {name for found in shown.values() for name in found.get(None, Shown()).measured}
        how = {
            "command": "selftest" if asked is Extent.DEFAULT else f"selftest {_OPTIONS[asked]}",
            "extent": f"looked for {_LOOKED_FOR[asked]}",
            "processes": processes,
            "seconds": round(time.monotonic() - began),
        }
        fell = _tell_quality(quality_of(summary, measured, how), report, quality, before)
    return 1 if summary["survivors"] or summary["false_alarms"] or fell else 0


def _tell_quality(found: dict[str, Any], report: Path | None, file: Path | None, before: dict[str, int] | None) -> bool:
    """Write the page and the figures that are asked for; return whether a figure is worse than ``before``."""
    if report is not None:
        from conformance.cli.quality_page import page

        write_text(report, json.dumps(found, indent=2) + "\n" if report.suffix == ".json" else page(found))
    now = figures_of(found)
    if before is None:
        if file is not None:
            write_figures(file, now)
        return False
    for line in comparison(before, now):
        click.echo(line, err=True)
    if worse(before, now):
        click.echo(f"the quality is worse than {file} says; mend it, or accept it with --quality-update", err=True)
        return True
    return False
