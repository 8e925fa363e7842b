"""The shapes of a version, from files to compiled schema, against lxml reading the same files and no more.

All shapes of a version must be there in less time than anybody notices, whatever is done with them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from timing import interleaved, seconds, verdict

from conformance.spec.data import schemas_dir
from conformance.spec.export import exported_files
from conformance.spec.shapes import Shapes, read_schemas
from conformance.spec.versions import LATEST, VERSIONS

ROUNDS = 25


def read_alone(files: list[Path]) -> Callable[[], float]:
    """Return a contestant: lxml reads the files, and nothing is done with them."""
    return lambda: seconds(lambda: [etree.parse(str(file)) for file in files])


def from_files(folder: Path, version: str) -> Callable[[], float]:
    """Return a contestant: the compiled schema of a version, by a process that has read nothing yet."""

    def work() -> None:
        read_schemas.cache_clear()
        Shapes(version, folder).schema()

    return lambda: seconds(work)


def from_memory(folder: Path, version: str) -> Callable[[], float]:
    """Return a contestant: the compiled schema of one version more, the files being read."""

    def measure() -> float:
        read_schemas(folder)
        return seconds(lambda: Shapes(version, folder).schema())

    return measure


def introspected(folder: Path, version: str) -> Callable[[], float]:
    """Return a contestant: every operation and type of a version as values."""

    def measure() -> float:
        shapes = Shapes(version, folder)
        return seconds(lambda: ([shapes.operation(name) for name in shapes.operations], list(shapes.complex_types())))

    return measure


def main() -> int:
    """Measure; return 1 if a limit is missed."""
    folder = schemas_dir() / "requester"
    files = sorted(folder.rglob("*.xsd"))
    medians = interleaved(
        {
            "read alone": read_alone(files),
            "from files": from_files(folder, LATEST),
            **{version: from_memory(folder, version) for version in VERSIONS},
            "as values": introspected(folder, LATEST),
            "exported": lambda: seconds(lambda: exported_files(LATEST)),
        },
        ROUNDS,
    )
    operations = len(Shapes(LATEST, folder).operations)
    sys.stdout.write(f"{len(files)} files, {operations} operations in {LATEST}\n")
    for name, median in medians.items():
        sys.stdout.write(f"{name}: {1000 * median:.2f} ms\n")
    slowest = 1000 * max(medians[version] for version in VERSIONS)
    good = [
        verdict("prune, merge and compile the slowest version", slowest, goal=25, limit=50, unit=" ms"),
        verdict("from files / read alone", medians["from files"] / medians["read alone"], goal=6, limit=10),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
