"""The page of the commands, read from the commands themselves."""

import inspect
from dataclasses import dataclass

import click
from rendering import rendered

from conformance.cli import NAME, program


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option with the anchor of its row."""

    anchor: str
    names: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, or a group's command, by its words after the program's name."""

    words: str
    usage: str
    paragraphs: list[str]
    options: list[Option]


def page() -> str:
    """Return the page as Markdown."""
    with click.Context(program, info_name=NAME) as context:
        commands = [found for name in program.list_commands(context) for found in _commands(context, name)]
        about = _paragraphs(program)
    return rendered("commands.md.jinja", name=NAME, about=about, commands=commands)


def _commands(context: click.Context, *words: str) -> list[Command]:
    group = context.command
    assert isinstance(group, click.Group)
    command = group.get_command(context, words[-1])
    assert command is not None
    with click.Context(command, info_name=words[-1], parent=context) as own:
        found = [_command(command, own, " ".join(words))]
        if isinstance(command, click.Group):
            for name in command.list_commands(own):
                found += _commands(own, *words, name)
    return found


def _command(command: click.Command, context: click.Context, words: str) -> Command:
    options = []
    for parameter in command.get_params(context):
        told = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if told is not None and "--help" not in parameter.opts:
            anchor = f"{words.replace(' ', '-')}{max(parameter.opts, key=len)}"
            options.append(Option(anchor=anchor, names=told[0], help=told[1]))
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    return Command(words=words, usage=usage, paragraphs=_paragraphs(command), options=options)


def _paragraphs(command: click.Command) -> list[str]:
    texts = f"{inspect.cleandoc(command.help or '')}\n\n{command.epilog or ''}".split("\n\n")
    return [" ".join(text.split()) for text in texts if text.strip("\b\n ")]
