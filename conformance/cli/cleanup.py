"""``cleanup``: remove what runs created and left on an endpoint."""

from pathlib import Path

import click

from conformance.errors import UsageError
from conformance.pytest_plugin.settings import Settings, make_session
from conformance.target.ledger import OpenItem, default_ledger_path, open_items
from conformance.target.run import Run
from conformance.transport.outgoing import destination


@click.command("cleanup")
@click.argument("url", required=False)
@click.option("--ledger", type=click.Path(path_type=Path), help="The ledger of the runs; by default the user's own.")
@click.option("--run", "run_id", metavar="RUN", help="Only what this run created.")
@click.option("--profile", metavar="NAME|FILE", help="The profile that names the endpoint and its credentials.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed.")
@click.option("--allow-sandbox", is_flag=True, default=None, help="Allow Amazon's sandbox as the endpoint.")
@click.option("--allow-production", is_flag=True, default=None, help="Allow a production host.")
@click.option("--spend-cap", metavar="USD", help="Needed with --allow-production; removing costs nothing.")
def command(
    *,
    url: str | None,
    ledger: Path | None,
    run_id: str | None,
    profile: str | None,
    dry_run: bool,
    allow_sandbox: bool | None,
    allow_production: bool | None,
    spend_cap: str | None,
) -> int:
    """Remove what runs created at URL and did not remove themselves: what stands in the ledger, and nothing else.

    Exit code 0: nothing is left; 1: something could not be removed.
    """
    path = ledger or default_ledger_path()
    if ledger is None and not path.exists():
        click.echo("nothing to remove: no run has written a ledger")
        return 0
    left_open = open_items(path)
    given = {"url": url, "allow_sandbox": allow_sandbox, "allow_production": allow_production, "spend_cap": spend_cap}
    overrides = {key: value for key, value in given.items() if value is not None}
    session = make_session(Settings(profile=profile, overrides=overrides, ledger=path))
    endpoint = session.run.profile.url
    if endpoint is None:
        raise UsageError("name the endpoint whose objects are to be removed: mturk-conformance cleanup URL")
    items = tuple(
        item
        for item in left_open
        if destination(item.endpoint) == destination(endpoint) and run_id in (None, item.run_id)
    )
    left = 0 if dry_run else _remove(session.run, items)
    for item in items if dry_run else ():
        click.echo(f"{_named(item)} (run {item.run_id})")
    click.echo(f"{len(items)} objects of runs at {endpoint}" + ("" if dry_run else f", {left} left"))
    return 1 if left else 0


def _remove(run: Run, items: tuple[OpenItem, ...]) -> int:
    """Remove ``items``, telling what came of each; return how many are left."""
    if not items:
        return 0
    left = 0
    try:
        run.probe()
        for removal in run.remove(items):
            left += not removal.removed
            click.echo(f"{_named(removal.item)}: {removal.outcome}")
    finally:
        run.close()
    return left


def _named(item: OpenItem) -> str:
    return f"{item.operation} {item.id or 'id unknown'}"
