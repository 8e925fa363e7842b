"""The command line as a whole: its help, its mistakes, its exit codes."""

import os
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from conformance import cli
from conformance.cli import COMMANDS, main, program
from conformance.errors import RefusedForSafety


def exit_code_of(args: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(args)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_help_names_every_command_without_importing_any() -> None:
    """``--help`` needs click and the standard library only, so that it is there at once."""
    code = (
        "import sys, runpy; sys.argv[1:] = ['--help']\n"
        "try: runpy.run_module('conformance', run_name='__main__')\n"
        "finally: print(sorted({'lxml', 'rich', 'requests', 'pytest', 'hypothesis', 'tomllib'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=30)
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in ran.stdout
        assert line.split()[0] in ran.stdout
    assert ran.stdout.endswith("[]\n")
    assert "3 endpoint not reached" in ran.stdout


def test_the_version_is_told() -> None:
    """``--version`` names the kit."""
    result = CliRunner().invoke(program, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("mturk-conformance ")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["lits"], "there is no command 'lits'; did you mean list?"),
        (["xyzzy"], "there is no command 'xyzzy'."),
        (["list", "--knid", "auth"], "--kind"),
        (["--verison"], "--version"),
        (["report"], "FORMAT"),
        (["list", "--kind", "auht"], "error: no requirement has the kind 'auht'; did you mean auth?"),
        (["report", "json", "missing.jsonl"], "error: cannot read the record missing.jsonl: no such file"),
    ],
)
def test_wrong_usage_has_the_code_2_and_names_what_is_near(
    args: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is told on standard error, and is no verdict."""
    assert exit_code_of(args) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (RefusedForSafety("would pay"), 4, "error: would pay"),
        (KeyboardInterrupt(), 3, "error: interrupted"),
        (click.FileError("x", "no"), 2, "Could not open file"),
        (ZeroDivisionError("inner"), 3, "error: the kit itself failed, which is no verdict"),
    ],
)
def test_a_failure_never_has_the_code_of_a_verdict(
    failure: BaseException,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Refusals, interruptions and the kit's own faults are told apart from *does not conform*."""

    def fail() -> None:
        raise failure

    _with_command(monkeypatch, fail)
    assert exit_code_of(["explain"]) == code
    assert told in capsys.readouterr().err


def test_a_command_ends_with_the_code_that_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ctx.exit`` and a returned number both become the exit code."""
    _with_command(monkeypatch, lambda: click.get_current_context().exit(5))
    assert exit_code_of(["explain"]) == 5
    _with_command(monkeypatch, lambda: 1)
    assert exit_code_of(["explain"]) == 1
    _with_command(monkeypatch, lambda: None)
    assert exit_code_of(["explain"]) == 0


@pytest.mark.parametrize("args", [["list"], ["explain", "Common.Signature.required"]])
def test_a_reader_that_stops_reading_is_no_fault(args: list[str]) -> None:
    """``list | head`` ends without a traceback, and without the code of a verdict."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    ran = subprocess.run(
        [sys.executable, "-m", "conformance", *args],
        stdout=write_end,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=30,
    )
    os.close(write_end)
    assert (ran.returncode, ran.stderr) == (3, "")


def _with_command(monkeypatch: pytest.MonkeyPatch, body: Callable[[], object]) -> None:
    module = type(cli)("stand_in")
    module.command = click.command("explain")(body)  # type: ignore[attr-defined]
    monkeypatch.setattr(cli, "import_module", lambda _: module)
