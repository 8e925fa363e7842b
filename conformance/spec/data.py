"""Where the two folders of facts lie: ``schemas/`` (shapes) and ``cases/`` (requirements and vectors)."""

from pathlib import Path

from conformance.errors import KitError

PACKAGE = Path(__file__).resolve().parents[1]


def schemas_dir() -> Path:
    """Return the folder of the wire shapes; raise KitError if the installation lacks it."""
    return _folder("schemas")


def cases_dir() -> Path:
    """Return the folder of the requirements and vectors; raise KitError if the installation lacks it."""
    return _folder("cases")


def _folder(name: str) -> Path:
    # A wheel carries the data inside the package; a checkout or an editable install has it beside the package.
    places = (PACKAGE / "_data" / name, PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    raise KitError(
        f"cannot find the kit's own folder {name}/: neither {places[0]} nor {places[1]} exists. "
        "The installation is incomplete; install mturk-conformance again, or restore the checkout."
    )
