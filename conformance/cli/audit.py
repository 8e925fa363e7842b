"""``audit``: judge what was recorded elsewhere: captures, archives of documents, single replies."""

import sys
from functools import partial
from pathlib import Path

import click

from conformance.cli.output import STANDARD_OUTPUT, check_writable, write_report
from conformance.errors import UsageError
from conformance.record.audited import Audited
from conformance.report.audits import AUDIT_REPORTS, check_report, exit_code, render_audit
from conformance.spec.versions import check_version
from conformance.traffic.auditing import Progress, audit_all
from conformance.traffic.judging import Options
from conformance.traffic.sources import sources


@click.command("audit", epilog="`-` is standard input. For exit codes see `mturk-conformance --help`.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--version", metavar="V", help="Judge by this API version, not by what each message says or fits.")
@click.option("--requests", is_flag=True, help="Judge also what is wrong with requests by themselves.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to judge in.")
@click.option("--dask", metavar="ADDRESS", help="Judge by the workers of this Dask scheduler: tcp://HOST:PORT.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=f"{', '.join(AUDIT_REPORTS)}; without FILE to standard output (several allowed).  [default: terminal]",
)
@click.option("--json", "json_lines", is_flag=True, help="The same as --report jsonl.")
@click.option(
    "--export-failing",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write each fault as a pytest file that shows it again.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The level whose misses make a file fail.",
)
@click.option("--pass-unknown", is_flag=True, help="Pass over files that nobody here knows, as in a repository.")
def command(
    *,
    paths: tuple[str, ...],
    version: str | None,
    requests: bool,
    workers: int,
    dask: str | None,
    reports: tuple[str, ...],
    json_lines: bool,
    export_failing: Path | None,
    fail_on: str,
    pass_unknown: bool,
) -> int:
    """Judge captures, documents and replies.

    A PATH is a file, a folder, a pattern or a URL; its content decides what it is: HAR, a mitmproxy dump, a VCR
    cassette, the record of a run, exchanges as JSON lines, or one XML document (QuestionForm, QuestionFormAnswers,
    AnswerKey, ExternalQuestion, HTMLQuestion, the message Notify, a reply bare or in a SOAP envelope); any of them as
    .gz or .zst.
    """
    chosen = [_chosen(one) for one in (*reports, *(["jsonl"] if json_lines else ()))] or [("terminal", STANDARD_OUTPUT)]
    options = Options(version=version and check_version(version), requests=requests, keeps=True)
    if dask is not None and workers > 1:
        raise UsageError("--workers is for processes here, --dask for those of a cluster. Give one of them.")
    audited = _audited(paths, options, workers, dask)
    for name, path in chosen:
        write_report(path, partial(render_audit, name, audited, fail_on=fail_on, pass_unknown=pass_unknown))
    if export_failing is not None:
        _export(audited, export_failing)
    return exit_code(audited, fail_on=fail_on, pass_unknown=pass_unknown)


def _audited(paths: tuple[str, ...], options: Options, workers: int, dask: str | None) -> Audited:
    if not sys.stderr.isatty():  # what shows a bar takes longer to import than a document to judge
        return _audit(paths, options, workers, dask, None)
    from conformance.traffic.progress import shown_progress

    with shown_progress() as progress:
        return _audit(paths, options, workers, dask, progress)


def _audit(
    paths: tuple[str, ...], options: Options, workers: int, dask: str | None, progress: Progress | None
) -> Audited:
    if dask is None:
        return audit_all(sources(paths), options, workers=workers, progress=progress)
    from conformance.traffic.distributed import audit_by_dask

    return audit_by_dask(sources(paths), options, dask, progress=progress, tell=partial(click.echo, err=True))


def _chosen(report: str) -> tuple[str, str]:
    """Return name and file of a report; raise UsageError before anything is judged where it cannot be written."""
    name, _, path = report.partition("=")
    check_report(name)
    if path and path != STANDARD_OUTPUT:
        check_writable(path, "the report ")
    return name, path or STANDARD_OUTPUT


def _export(audited: Audited, folder: Path) -> None:
    from conformance.report.audits.export import export_faults, lines

    written, left = export_faults(audited, folder)
    for line in lines(written, left, audited):
        click.echo(line, err=True)
