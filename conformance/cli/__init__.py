"""The command line: one module a command, imported only when the command is called.

A command module has a click command named ``command``.
"""

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, NoReturn

import click

from conformance import __version__
from conformance.errors import EndpointUnreachable, KitError, nearest

NAME = "mturk-conformance"

# The module of each command, and its line in the help, which thereby needs no import.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "run": ("conformance.cli.run", "Judge an endpoint, or the embedded one, and say what it does not meet."),
        "audit": ("conformance.cli.audit", "Judge documents and single replies in files, without an endpoint."),
        "serve": ("conformance.cli.serve", "Serve the embedded endpoint, for clients and tests."),
        "list": ("conformance.cli.list", "List the requirements."),
        "explain": ("conformance.cli.explain", "Explain requirements: the sentence, how it is decided, its source."),
        "report": ("conformance.cli.report", "Write a report of a recorded run."),
        "diff": ("conformance.cli.diff", "Tell what has changed from one recorded run to another."),
        "replay": ("conformance.cli.replay", "Send the requests of a recorded finding again and judge the answers."),
        "selftest": ("conformance.cli.selftest", "Plant faults in the embedded endpoint and see that they are found."),
        "schemas": ("conformance.cli.schemas", "Write the wire shapes as plain XSD and WSDL for other tools."),
        "cleanup": ("conformance.cli.cleanup", "Remove what runs created and left on an endpoint."),
    }
)
_CUT_SHORT = EndpointUnreachable.exit_code
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class _Commands(click.Group):
    """The group of commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no command {args[0]!r}{nearest(args[0], COMMANDS) or '.'}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KitError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:  # nobody reads on; click itself would exit with 1, which is a verdict
            _forget_output()
            ctx.exit(_CUT_SHORT)
        except OSError as error:
            if error.filename is not None or error.errno not in _FULL:
                raise
            _forget_output()
            click.echo(
                f"error: cannot write to standard output: {error.strerror}. Make room, or send it elsewhere.", err=True
            )
            ctx.exit(_CUT_SHORT)
        return result


def _forget_output() -> None:
    """Send what is still buffered nowhere: it must not fail again when the interpreter ends, with a code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"{NAME} {__version__}")
        ctx.exit()


@click.group(NAME, cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def program() -> None:
    """Judge whether an endpoint speaks the Requester API of Amazon Mechanical Turk.

    Exit codes: 0 conforms, 1 does not conform, 2 wrong usage or configuration, 3 endpoint not reached or run cut
    short, 4 refused for safety, 5 nothing was measured.
    """


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit by the contract of exit codes; ``args`` are those of the process by default."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a report is never lost to the terminal's encoding
    sys.exit(_exit_code(args))


def _exit_code(args: Sequence[str] | None) -> int:
    try:
        code = program.main(args, prog_name=NAME, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        # Files that click cannot open have the code 1 there, which is a verdict here.
        return KitError.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("error: interrupted", err=True)
        return _CUT_SHORT
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
        click.echo("error: the kit itself failed, which is no verdict; please report the lines above", err=True)
        return _CUT_SHORT
    return code if isinstance(code, int) else 0
