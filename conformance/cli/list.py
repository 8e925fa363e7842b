"""``list``: the requirements, as a table or as JSON."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

import click

from conformance.cli.selection import Selection, select
from conformance.spec.names import names
from conformance.spec.requirements import Requirement
from conformance.spec.versions import TODAY


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
        click.echo("\n".join(_table(chosen, version)))


def _table(chosen: list[Requirement], version: str | None) -> Iterator[str]:
    """Yield a line for each requirement; on a terminal cut to it, with the articles set apart and counted.

    Of 2017-01-17 the name that the operation has there is told beside the id, on a terminal beside the article.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    kinds = max(len(requirement.kind) for requirement in chosen)
    newer = {requirement.article: names().newer_operation(requirement.article) for requirement in chosen}
    called = max(map(len, newer.values()))
    articles = 0
    for article, group in groupby(chosen, lambda requirement: requirement.article):
        articles += 1
        rows = list(group)
        if width is not None:
            also = f", in {TODAY} {newer[article]}" if version == TODAY and newer[article] != article else ""
            yield click.style(f"{article}{also} ({len(rows)})", bold=True)
        longest = max(len(requirement.id) for requirement in rows)
        for requirement in rows:
            level = requirement.level_in(version) if version else requirement.level
            beside = f"  {newer[article]:{called}}" if version == TODAY and width is None else ""
            row = f"{requirement.id:{longest}}{beside}  {level:6}  {requirement.kind:{kinds}}  {requirement.text}"
            room = len(row) if width is None else max(width, len(requirement.id) + 2)  # an id is never cut
            yield row if len(row) <= room else f"{row[: room - 1]}…"
        if width is not None:
            yield ""
    if width is not None:
        yield f"{_count(len(chosen), 'requirement')} in {_count(articles, 'article')}; `explain ID` tells all about one"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
