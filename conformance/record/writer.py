"""Writing the record of a run, so that whatever stops the run leaves a readable record behind."""

import errno
import json
import os
from pathlib import Path
from types import TracebackType

from conformance.errors import KitError
from conformance.record.events import Event

# What fsync answers on pipes and devices, which have no disk to reach.
_NO_DISK = (errno.EINVAL, errno.ENOTSUP, errno.EROFS)


class RecordWriter:
    """Writes events to ``path``, each line in one piece and at once; a context manager.

    A file that stands there is replaced, or continued with ``append``.  Raises KitError where the file cannot be
    opened or written; a line that could not be written whole is taken back, those before it stay.
    """

    def __init__(self, path: Path | str, *, append: bool = False) -> None:
        self.path = Path(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._file: int | None = os.open(self.path, flags if append else flags | os.O_TRUNC, 0o644)
        except (OSError, ValueError) as error:
            raise KitError(
                f"cannot write the record {self.path}: {_why(error)}. Name a file in a folder that can be written."
            ) from None

    def write(self, event: Event) -> None:
        """Append ``event`` as one line; raise KitError if it cannot be written, ValueError after `close`."""
        if self._file is None:
            raise ValueError(f"the record {self.path} is closed")
        line = (json.dumps(event.to_json(), allow_nan=False) + "\n").encode("ascii")
        written = 0
        try:
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            self._take_back(written)
            raise self._failure(error) from None

    def close(self) -> None:
        """Bring what was written to the disk and close the file; raise KitError if the disk refuses."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            os.fsync(file)
        except OSError as error:
            if error.errno not in _NO_DISK:
                raise self._failure(error) from None
        finally:
            os.close(file)

    def __enter__(self) -> "RecordWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _take_back(self, written: int) -> None:
        """Cut the beginning of a line off again; where that fails too, the reader knows how to treat it."""
        if written and self._file is not None:
            try:
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            except OSError:
                return

    def _failure(self, error: OSError) -> KitError:
        return KitError(
            f"cannot write on in the record {self.path}: {_why(error)}. What was recorded before is kept. "
            "Make room, or name a file on another disk, and run again."
        )


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
