"""Where requirements are stated: file and line below ``cases/`` in the repository of the kit."""

import re
from dataclasses import dataclass
from functools import cache

from conformance.spec.data import cases_dir

_ID = re.compile(r'^id = "([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """``file`` is relative to the repository of the kit, ``line`` counts from 1."""

    file: str
    line: int


def stated_at(id_: str) -> Stated | None:
    """Return where a requirement is stated; None for one that this kit does not know."""
    return _places().get(id_)


@cache
def _places() -> dict[str, Stated]:
    folder = cases_dir()
    found: dict[str, Stated] = {}
    for file in sorted(folder.rglob("*.toml")):
        name = f"cases/{file.relative_to(folder).as_posix()}"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if stated := _ID.match(line):
                found.setdefault(stated[1], Stated(file=name, line=number))
    return found
