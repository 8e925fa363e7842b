"""``list``: the requirements, as a table or as JSON."""

import json
import shutil
import sys
from dataclasses import asdict

import click

from conformance.cli.selection import Selection, select
from conformance.spec.requirements import Requirement


@click.command("list")
@click.option(
    "--operation", "--article", "articles", multiple=True, metavar="NAME", help="An operation or structure, or Common."
)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="As auth, parameter, shape, state, timestamp.")
@click.option("--level", "levels", multiple=True, metavar="LEVEL", help="MUST, SHOULD or MAY.")
@click.option("--version", metavar="VERSION", help="Only what holds in this API version, at its level there.")
@click.option("--needs", multiple=True, metavar="NEED", help="What it takes, as worker:take-test.")
@click.option("--select", "patterns", multiple=True, metavar="ID|GLOB", help="By id.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects with the field names of the TOML files.")
def command(
    *,
    articles: tuple[str, ...],
    kinds: tuple[str, ...],
    levels: tuple[str, ...],
    version: str | None,
    needs: tuple[str, ...],
    patterns: tuple[str, ...],
    as_json: bool,
) -> None:
    """List the requirements.

    An option given several times takes any of its values; different options are all to be met.
    """
    chosen = select(
        Selection(articles=articles, kinds=kinds, levels=levels, needs=needs, patterns=patterns, version=version)
    )
    if as_json:
        click.echo(json.dumps([asdict(requirement) for requirement in chosen], indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_rows(chosen, version)))


def _rows(chosen: list[Requirement], version: str | None) -> list[str]:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    longest = max(len(requirement.id) for requirement in chosen)
    kinds = max(len(requirement.kind) for requirement in chosen)
    rows = []
    for requirement in chosen:
        level = requirement.level_in(version) if version else requirement.level
        row = f"{requirement.id:{longest}}  {level:6}  {requirement.kind:{kinds}}  {requirement.text}"
        rows.append(row if width is None or len(row) <= width else f"{row[: width - 1]}…")
    return rows
