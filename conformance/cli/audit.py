"""``audit``: judge documents and single replies in files, without an endpoint."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from conformance.checks.alone import Audit, audit
from conformance.cli.audit_report import Result, Verdict, as_json, conclusion, lines_of, result_of, shown, unread
from conformance.errors import KitError, UsageError
from conformance.spec.versions import check_version
from conformance.wire.xml import MAX_BYTES

STANDARD_INPUT = "-"
# That of the first verdict which some file has.
EXIT_CODES: dict[Verdict, int] = {
    "does not conform": 1,
    "not read": KitError.exit_code,
    "conforms": 0,
    "not measured": 5,
}


@click.command("audit", epilog="`-` is standard input. For exit codes see `mturk-conformance --help`.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--version", metavar="VERSION", help="Judge replies by this API version, not by the one that fits best.")
@click.option("--json", "json_lines", is_flag=True, help="A JSON object on a line for each file.")
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The level whose misses make a file fail.",
)
def command(*, files: tuple[str, ...], version: str | None, json_lines: bool, fail_on: str) -> int:
    """Judge files by themselves: a document, or a single reply.

    Documents are QuestionForm, QuestionFormAnswers, AnswerKey, ExternalQuestion, HTMLQuestion and the message Notify;
    replies stand bare or in a SOAP envelope. The root element decides what a file is.
    """
    version = version and check_version(version)
    results = []
    for path in files:
        result = _result(path, version, fail_on)
        results.append(result)
        if result.verdict == "not read":
            click.echo(f"error: {shown(result.reason)}", err=True)
        if json_lines or result.verdict != "not read":
            click.echo(as_json(result) if json_lines else "\n".join(lines_of(result)))
    if not json_lines and len(results) > 1:
        click.echo(f"\n{conclusion(results)}")
    return _exit_code(results)


def _result(path: str, version: str | None, fail_on: str) -> Result:
    name = "standard input" if path == STANDARD_INPUT else path
    try:
        body = _read(path)
    except UsageError as error:
        return unread(name, str(error))
    return result_of(name, _judged(body, version), version=version, fail_on=fail_on)


def _judged(body: bytes, version: str | None) -> Audit:
    if len(body) > MAX_BYTES:
        return Audit(kind="file", unmeasured=f"it has more than {MAX_BYTES} bytes, and so many are read at most")
    return audit(body, version)


def _read(path: str) -> bytes:
    """Return the bytes of a file, and of a longer one one more than are read; UsageError if it cannot be read."""
    try:
        if path == STANDARD_INPUT:
            return _standard_input().read(MAX_BYTES + 1)
        if Path(path).is_dir():
            raise UsageError(f"{path} is a directory. Name the files in it.")
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}. Name a file that can be read.") from None
    except ValueError as error:  # a path with a null character in it
        raise UsageError(f"cannot read {path}: {error}. Name a file that can be read.") from None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # closed by the shell
        raise UsageError("standard input is closed. Name files, or send one there.")
    return sys.stdin.buffer


def _exit_code(results: list[Result]) -> int:
    verdicts = {result.verdict for result in results}
    return next(code for verdict, code in EXIT_CODES.items() if verdict in verdicts)
