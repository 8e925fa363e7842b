"""``serve``: the embedded endpoint by itself, for clients and tests."""

import json
import os
import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import click

from conformance.bindings.query import Credentials
from conformance.errors import UsageError
from conformance.reference.deliveries import keep
from conformance.reference.endpoint import Options
from conformance.spec.versions import TODAY, VERSIONS, check_version
from conformance.target.control_drivers import control_url_of
from conformance.target.delivery import LIMITS, Delivery
from conformance.target.profile import Profile, second_secrets
from conformance.target.serving import new_credentials, serve_forever
from conformance.transport.client import Client
from conformance.transport.tls import tls_context, tls_door

_NAMES = Profile()


def _credentials() -> tuple[Credentials, Credentials]:
    """Return both Requesters: from the environment variables that `run` reads too, else new ones."""
    first = _from_environment(_NAMES.access_key_env, _NAMES.secret_key_env)
    return first or new_credentials(), second_secrets(_NAMES, os.environ) or new_credentials()


def _from_environment(key_name: str, secret_name: str) -> Credentials | None:
    key, secret = os.environ.get(key_name), os.environ.get(secret_name)
    if bool(key) != bool(secret):
        raise UsageError(f"only one of {key_name} and {secret_name} is set: set both, or neither for new credentials.")
    return Credentials(access_key_id=key, secret_key=secret) if key and secret else None


def _options(versions: tuple[str, ...], retired: bool, retired_from: datetime | None, *, any_date: bool) -> Options:
    """Return how the endpoint plays; raises UsageError for an unknown version."""
    asked = frozenset(check_version(version) for version in versions) or frozenset(VERSIONS)
    options = Options(
        versions=asked - {TODAY},
        retired=retired or asked == {TODAY},
        retired_from=retired_from.replace(tzinfo=UTC).timestamp() if retired_from else None,
    )
    return replace(options, clock_tolerance=inf) if any_date else options


def _tell(url: str, https: str | None, control: str | None, variables: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"url": url, "https": https, "control": control, **variables}))
        return
    where = f"{url} and {https}" if https else url
    click.echo(f"serving at {where}" + (f", control API at {control}" if control else ""))
    for name, value in variables.items():
        if name not in os.environ:
            click.echo(f"export {name}={value}")
    click.echo("stop with Ctrl-C")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--control", is_flag=True, help="Offer the control API: Workers, clock, snapshot.")
@click.option(
    "--deliver-notifications",
    is_flag=True,
    help="Send the messages by REST and SOAP that go to this machine; no others leave the endpoint.",
)
@click.option(
    "--version",
    "versions",
    multiple=True,
    metavar="V",
    help="Of the API versions of XML, offer only these; that of JSON is always there.",
)
@click.option(
    "--retired", is_flag=True, help="Refuse every call by Query and SOAP, as the real service has since 2019-06-01."
)
@click.option(
    "--retire-xml-on",
    "retired_from",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The same from this day on (UTC), by the clock of the endpoint; JSON goes on.",
)
@click.option(
    "--any-date",
    is_flag=True,
    help="Take signatures of any date: for clients that do not notice that the endpoint's clock is moved.",
)
@click.option(
    "--snapshot", type=click.Path(path_type=Path), help="Start from this file if it is there, write it when stopped."
)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="Keep in this file what was answered with success, through a kill at any moment; start from it.",
)
@click.option(
    "--tls-cert", type=click.Path(path_type=Path), help="Serve by https too, with the certificate in this PEM file."
)
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its key in PEM, if that is in a file of its own.")
@click.option("--tls-port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="Port for https.")
@click.option("--json", "as_json", is_flag=True, help="Tell URL and credentials as one line of JSON.")
def command(
    *,
    host: str,
    port: int,
    control: bool,
    deliver_notifications: bool,
    versions: tuple[str, ...],
    retired: bool,
    retired_from: datetime | None,
    any_date: bool,
    snapshot: Path | None,
    state: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_port: int,
    as_json: bool,
) -> None:
    """Serve the embedded endpoint until Ctrl-C.

    Credentials and the token of the control API are taken from the environment variables that `run` reads, so that
    a run in the same shell finds them; without them new ones are made and shown.  A file of --state or --snapshot
    holds none of them: set the variables to go on with it.
    """
    first, second = _credentials()
    token = (os.environ.get(_NAMES.control_token_env) or secrets.token_urlsafe(24)) if control else None
    options = replace(_options(versions, retired, retired_from, any_date=any_date), control_token=token)

    if state is not None and snapshot is not None:
        raise UsageError("--state and --snapshot are two files for what the endpoint holds: give one of them.")
    if tls_key is not None and tls_cert is None:
        raise UsageError("--tls-key is the key of a certificate, and none is named: add --tls-cert.")
    context = tls_context(tls_cert, tls_key) if tls_cert else None
    doors = ExitStack()

    def tell(url: str) -> None:
        https = doors.enter_context(tls_door(url, context, host=host, port=tls_port)) if context else None
        variables = {
            _NAMES.access_key_env: first.access_key_id,
            _NAMES.secret_key_env: first.secret_key,
            _NAMES.second_access_key_env: second.access_key_id,
            _NAMES.second_secret_key_env: second.secret_key,
            **({_NAMES.control_token_env: token} if token else {}),
        }
        _tell(url, https, control_url_of(url) if token else None, variables, as_json=as_json)

    with doors:
        serve_forever(
            host,
            port,
            credentials=(first, second),
            options=options,
            snapshot=snapshot,
            state=state,
            ready=tell,
            deliver=Delivery(Client(limits=LIMITS), loopback=True) if deliver_notifications else keep,
        )
