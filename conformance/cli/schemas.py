"""``schemas``: the wire shapes for other tools."""

from pathlib import Path

import click

from conformance.errors import UsageError
from conformance.spec.export import exported_files
from conformance.spec.versions import LATEST


@click.group("schemas")
def command() -> None:
    """Hand the wire shapes to other tools."""


@command.command("export", short_help="Write plain XSD and WSDL to a folder.")
@click.option("--version", default=LATEST, show_default=True, metavar="VERSION", help="The API version.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def export(*, version: str, folder: Path) -> None:
    """Write the WSDL of a version, the schema of its messages and those of the documents in them to DIR.

    They are plain WSDL 1.1 and XSD 1.0.  For 2017-01-17, whose messages are JSON, there is no WSDL: its schema has the
    same shapes under the names of the versions before it.

    DIR is made if it is missing; files of the same names are overwritten, all others left alone.
    """
    for name, content in exported_files(version).items():
        file = folder / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as error:
            raise UsageError(
                f"cannot write {file}: {error.strerror}. Name a folder that can be written, or one to be made."
            ) from None
        click.echo(file)
