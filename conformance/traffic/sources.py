"""Which files are meant, and how their bytes are got at."""

import errno
import glob
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from conformance.traffic.entries import Source
from conformance.traffic.heads import is_known
from conformance.traffic.inflating import coding_of
from conformance.traffic.streams import BUFFER, buffered

STANDARD_INPUT = "-"
_NOTHING_KNOWN = "no file in this folder is a capture, a document or a reply"


def sources(paths: Iterable[str]) -> Iterator[Source]:
    """Yield the files that are meant by paths, numbered in their order: as they were named, within a folder sorted.

    A pattern (``*``, ``?``, ``[…]``, ``**``) that no file has for a name means what it matches.  Of a folder all files
    are meant whose content is recognised, hidden ones and links to folders left out.  A file that is missing, or cannot
    be read, is yielded all the same: `open_source` says why.  URLs are meant likewise; raises UsageError for one whose
    protocol cannot be spoken here.
    """
    number = 0
    for path in paths:
        for found in _meant(path):
            yield Source(number=number, path=found)
            number += 1


def open_source(source: Source) -> BinaryIO:
    """Open a source for reading from its ``start`` on, decompressed if its content is gzip or zstd.

    The stream can be peeked at; `streams.trouble` tells whether its end is one.  Raises OSError.
    """
    if source.path == STANDARD_INPUT:
        return buffered(_standard_input())
    if is_url(source.path):
        return buffered(_open_url(source))
    return _open_file(Path(source.at or source.path), source.start)


def is_url(path: str) -> bool:
    """Tell whether a path has a scheme, as in ``s3://bucket/key``."""
    return "://" in path


def _open_file(path: Path, start: int) -> BinaryIO:
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, _NOTHING_KNOWN, str(path))
        file = path.open("rb", buffering=BUFFER)
    except ValueError as error:  # a null character in it
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return buffered(file)
        compressed = coding_of(file.read(4)) is not None
        file.seek(0 if compressed else start)
        return buffered(file) if compressed else file
    except BaseException:
        file.close()
        raise


def _open_url(source: Source) -> BinaryIO:
    """Open a URL by fsspec, at the start of the source: what is compressed has none."""
    from conformance.traffic.remote import open_url

    return open_url(source.path, source.start)


def _meant_by_url(url: str) -> Iterator[str]:
    from conformance.traffic.remote import meant_by_url

    return meant_by_url(url)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # closed by the shell
        raise OSError(errno.EBADF, "standard input is closed", STANDARD_INPUT)
    return cast(BinaryIO, _Left(sys.stdin.buffer))


class _Left:
    """A stream that is left open."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Do nothing."""


def _meant(path: str) -> Iterator[str]:
    if path == STANDARD_INPUT:
        yield path
    elif is_url(path):
        yield from _meant_by_url(path)
    elif os.path.isdir(path):  # noqa: PTH112  # Path refuses a null character
        yield from _files_or(path)
    elif not os.path.lexists(path) and glob.has_magic(path):
        found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  # absolute patterns, too
        for one in found:
            yield from _known_files(one) if Path(one).is_dir() and "**" not in path else _if_file(one, path)
        if not found:
            yield path
    else:
        yield path


def _if_file(found: str, pattern: str) -> Iterator[str]:
    """Yield what a pattern matched; ``**`` matches folders along with the files in them."""
    if "**" not in pattern or not Path(found).is_dir():
        yield found


def _files_or(folder: str) -> Iterator[str]:
    """Yield the files of a folder, or it itself, which cannot be opened, where there are none."""
    nothing = True
    for path in _known_files(folder):
        nothing = False
        yield path
    if nothing:
        yield folder


def _known_files(folder: str) -> Iterator[str]:
    unreadable: list[str] = []
    for at, folders, files in os.walk(folder, onerror=lambda error: unreadable.append(str(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(at, name)  # noqa: PTH118  # as it was named, with its ./
            if not name.startswith(".") and _is_known(path):
                yield path
    yield from unreadable


def _is_known(path: str) -> bool:
    """Tell whether a file in a folder is one of a known format; what cannot be read might be."""
    try:
        if not Path(path).is_file():
            return False
        with open_source(Source(number=0, path=path)) as stream:
            return is_known(head_of(stream))
    except OSError:
        return True


def head_of(stream: BinaryIO) -> bytes:
    """Return the first bytes of a stream that has not been read yet, without reading them."""
    return stream.peek(BUFFER)[:BUFFER]  # type: ignore[attr-defined, no-any-return]  # all that are opened here have it
