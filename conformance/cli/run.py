"""``run``: judge an endpoint, or the embedded one, and say what it does not meet."""

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from platformdirs import user_state_path

from conformance.cli.suites import run_suites
from conformance.errors import EndpointUnreachable, KitError, UsageError
from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.gate import make_gate
from conformance.pytest_plugin.settings import Settings, make_session
from conformance.record.reader import Record, read_record
from conformance.report import render
from conformance.target.run import Run, new_run_id

RECORDS_KEPT = 20
ORPHANED = (
    "belong to accounts that a process of the run had opened for itself and that ended with it; "
    "nobody has their keys, so only the endpoint can remove those"
)
_PROFILE_KEYS = (
    "worker_driver",
    "clock_driver",
    "restart_hook",
    "control_url",
    "plays",
    "settling_time",
    "spend_cap",
    "allow_sandbox",
    "allow_production",
)
_OF_ONE_RUN = (
    "record",
    "export_failing",
    "baseline",
    "baseline_update",
    "baseline_prune",
    "require_measured",
    "repeat",
    "rerun_failures",
)


def default_record(run_id: str) -> Path:
    """Return where the record of a run goes that named none: the user's state folder, else a temporary one."""
    folder = user_state_path("mturk-conformance", appauthor=False) / "runs"
    with suppress(OSError):  # as where another run removes the same
        folder.mkdir(parents=True, exist_ok=True)
        older = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime)
        for file in older[: 1 - RECORDS_KEPT]:
            file.unlink()
    if not os.access(folder, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="mturk-conformance-"))
    return folder / f"{run_id}.jsonl"


def conduct(settings: Settings, *, workers: int = 1) -> tuple[int, Path]:
    """Run the suites with these settings; return the exit code and where the record lies.

    Raises KitError where no whole record came of it.
    """
    run_id = settings.run_id or new_run_id()
    record = settings.record or default_record(run_id)
    changed: dict[str, Any] = {name: getattr(settings, name) for name in Settings.__slots__}
    session = make_session(Settings(**(changed | {"run_id": run_id, "record": record})))
    for note in session.notes():
        click.echo(f"note: {note}", err=True)
    code = run_suites(session, show_progress=True, workers=workers)
    for text in session.broken:
        click.echo(f"error: {text}", err=True)
    _tell_what_is_left(session.run)
    if session.recorded:
        return code, record
    # Where there is no whole record to report from, the reason is told here.
    raise session.cut_short or EndpointUnreachable("the run ended without a record; see the lines above")


def _tell_what_is_left(run: Run) -> None:
    with suppress(KitError):  # a ledger that cannot be read has been told before
        left, again = run.left(), f"`mturk-conformance cleanup {run.profile.url}` removes what it can"
        if not left:
            return
        click.echo(f"note: {len(left)} objects of this run may be left at the endpoint; {again}", err=True)
        if orphaned := sum(item.account not in {None, *run.accounts()} for item in left):
            click.echo(f"note: {orphaned} of them {ORPHANED}", err=True)


@click.command("run")
@click.argument("url", required=False)
@click.option("--profile", metavar="NAME|FILE", help="A profile in pyproject.toml, or a TOML file.")
@click.option("--version", "versions", multiple=True, metavar="V", help="An API version to test (several allowed).")
@click.option("--binding", "bindings", multiple=True, metavar="B", help="A binding to test: query (the default), soap.")
@click.option(
    "--select", "selection", multiple=True, metavar="ID|GLOB|kind:X", help="Requirements to test (several allowed)."
)
@click.option("--case", "cases", multiple=True, metavar="CASE", help="Only this case (several allowed).")
@click.option("--record", type=click.Path(path_type=Path), help="Where to write the record of the run.")
@click.option(
    "--export-failing",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each finding as a pytest file that shows it again.",
)
@click.option("--seed", type=int, help="Seed of all generated values; a run prints its own.")
@click.option("--max-examples", type=click.IntRange(min=1), help="Sequences of calls to try of each kind.")
@click.option("--max-time", type=click.FloatRange(min=0), metavar="SECONDS", help="How long to try each kind of them.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to run in.")
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The level whose misses fail the run.",
)
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Failures that are known.")
@click.option("--baseline-update", is_flag=True, help="Add new failures to the baseline, pin changed ones anew.")
@click.option("--baseline-prune", is_flag=True, help="Take out of the baseline what is not seen any more.")
@click.option("--require-measured", metavar="N|N%", help="How many MUSTs have to be measured at least.")
@click.option("--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="Run each case so often.")
@click.option(
    "--rerun-failures",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Run a case that missed something so many times more.",
)
@click.option(
    "--flaky",
    type=click.Choice(["fail", "warn"]),
    default="fail",
    show_default=True,
    help="What becomes of a case that misses something in some of its runs.",
)
@click.option("--against", metavar="URL2", help="Play the same run there, and tell where the two endpoints diverge.")
@click.option("--against-profile", metavar="NAME|FILE", help="The profile of the endpoint at URL2.")
@click.option("--explore", is_flag=True, help="Send also what no requirement speaks of.")
@click.option("--worker-driver", help="Who plays the Workers: reference, http, command, python, ids or none.")
@click.option("--clock-driver", help="Who moves the endpoint's clock: reference, http, command, python or none.")
@click.option("--restart-hook", help="Who restarts the endpoint: reference, http, command, python or none.")
@click.option("--control-url", metavar="URL", help="The control API that the http drivers speak to.")
@click.option("--plays", help="Which service the endpoint stands for: living or retired.")
@click.option("--settling-time", metavar="SECONDS", help="How long what was written may take to be read.")
@click.option("--spend-cap", metavar="USD", help="What the run may spend at most.")
@click.option("--allow-sandbox", is_flag=True, default=None, help="Allow Amazon's sandbox as the endpoint.")
@click.option("--allow-production", is_flag=True, default=None, help="Allow a production host (with --spend-cap).")
@click.option("--ledger", type=click.Path(path_type=Path), help="Where to note what the run creates.")
@click.option("--keep-secrets", is_flag=True, help="Keep keys and signatures in the record.")
def command(url: str | None, **options: Any) -> int:
    """Judge the endpoint at URL; without it, start the embedded endpoint and judge that.

    Credentials are read from MTURK_ACCESS_KEY_ID and MTURK_SECRET_KEY.
    """
    overrides = {key: options[key] for key in _PROFILE_KEYS if options[key] is not None}
    for key in ("versions", "bindings"):
        if options[key]:
            overrides[key] = list(options[key])
    if url is not None:
        overrides["url"] = url
    settings = Settings(
        profile=options["profile"],
        overrides=overrides,
        selection=options["selection"],
        cases=options["cases"],
        seed=options["seed"],
        record=options["record"],
        ledger=options["ledger"],
        fail_on=options["fail_on"],
        explore=options["explore"],
        keep_secrets=options["keep_secrets"],
        budget=Budget(examples=options["max_examples"], seconds=options["max_time"]),
        gate=make_gate(
            baseline=options["baseline"],
            update=options["baseline_update"],
            prune=options["baseline_prune"],
            demand=options["require_measured"],
            flaky=options["flaky"],
            repeat=options["repeat"],
            rerun_failures=options["rerun_failures"],
        ),
    )
    if options["against"] is not None:
        return _against(settings, options)
    code, record = conduct(settings, workers=options["workers"])
    told = read_record(record)
    render("terminal", told, sys.stdout)
    if options["export_failing"] is not None:
        _export(told, options["export_failing"])
    return code


def _against(settings: Settings, options: dict[str, Any]) -> int:
    """Compare two endpoints; what judges a single run is refused."""
    from conformance.cli.against import against

    for name in _OF_ONE_RUN:
        if options[name] not in (None, False, 0, 1):
            raise UsageError(
                f"--{name.replace('_', '-')} is about one run, and --against compares several: leave it out."
            )
    return against(settings, options["against"], profile=options["against_profile"], workers=options["workers"])


def _export(record: Record, folder: Path) -> None:
    """Write the findings of a record as pytest files and say so."""
    from conformance.report.export import export_failing, lines

    for line in lines(*export_failing(record, folder)):
        click.echo(line)
