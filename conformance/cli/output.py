"""Where a command writes what it was asked for: a file, or standard output."""

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TextIO

from conformance.errors import UsageError

STANDARD_OUTPUT = "-"


def write_text(file: Path | str, text: str, what: str = "") -> None:
    """Write a file; UsageError where that cannot be done, which names ``what`` it is."""
    _attempted(file, what, lambda path: path.write_text(text, "utf-8"))


def check_writable(file: Path | str, what: str = "") -> None:
    """Raise the UsageError of `write_text` now, if it is known now; what the file holds is kept."""
    _attempted(file, what, lambda path: path.open("a").close())


def write_report(file: Path | str | None, write: Callable[[TextIO], None]) -> None:
    """Let a report be written to a file, or without one, as with ``-``, to standard output."""
    if file is None or str(file) == STANDARD_OUTPUT:
        write(sys.stdout)
        return
    text = StringIO()
    write(text)
    write_text(file, text.getvalue(), "the report ")


def _attempted(file: Path | str, what: str, action: Callable[[Path], object]) -> None:
    try:
        action(Path(file))
    except (OSError, ValueError) as error:  # a null character in the path
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot write {what}{file}: {why}. Name a file that can be written.") from None
