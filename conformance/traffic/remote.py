"""Files that lie elsewhere, named by URLs, by way of fsspec; imported only where there is a URL.

fsspec is in the extra ``dask``; what it needs besides for a protocol (s3fs, gcsfs, adlfs, aiohttp …) is told by name.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from glob import has_magic
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, cast

from conformance.errors import UsageError
from conformance.traffic.heads import is_known
from conformance.traffic.streams import BUFFER, buffered

BLOCK = 4 * 1024 * 1024
"""So many bytes are fetched at a time."""
PAUSES = (1.0, 4.0)
"""Seconds before a read that failed is tried again."""
_HEADS = 64
"""Of so many files of a folder the beginnings are fetched at a time."""
_NUMBERS = {FileNotFoundError: errno.ENOENT, PermissionError: errno.EACCES, IsADirectoryError: errno.EISDIR}
_FINAL = (*_NUMBERS.values(), errno.EPROTONOSUPPORT)


def meant_by_url(url: str) -> Iterator[str]:
    """Yield the URLs of the files that are meant by one, which may be a pattern or a folder, sorted.

    Of a folder those are meant whose content is recognised, hidden ones left out; it itself where there are none.
    A chained URL (``zip://…::s3://…``) is one file.  Raises UsageError where the protocol cannot be spoken.
    """
    files, path = _file_system(url)
    if "::" in url:
        yield url
        return
    try:
        with _as_os_error(url):
            if has_magic(path) and not files.exists(path):
                found = sorted(one for one, about in files.glob(path, detail=True).items() if about["type"] == "file")
            else:
                found = _known(files, path) if not files.isfile(path) and files.isdir(path) else []
    except OSError:  # told by who reads it
        found = []
    yield from [_url(files, one, url) for one in found] or [url]


@lru_cache(maxsize=100_000)
def size_of_url(url: str) -> int:
    """Return how many bytes the file of a URL has; raise OSError where that is not known."""
    with _as_os_error(url):
        files, path = _file_system(url)
        return int(files.size(path) or 0)


def open_url(url: str, start: int = 0, block: int = BLOCK) -> BinaryIO:
    """Open the file of a URL for reading from a byte on, and for seeking; whatever fails is an OSError.

    ``block`` bytes are fetched ahead.
    """
    return cast(BinaryIO, _Reading(url, start, block))


@lru_cache(maxsize=8)
def head_of_url(url: str) -> bytes:
    """Return the first bytes of a file, which all ranges of it need."""
    with buffered(open_url(url, block=BUFFER)) as stream:
        return stream.read(BUFFER)


class _Reading:
    """Reads on where a connection broke."""

    def __init__(self, url: str, start: int, block: int) -> None:
        self._url = url
        self._at = start
        self._block = block
        self._file: Any = self._opened()

    def __enter__(self) -> "_Reading":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int) -> bytes:
        """Return at most so many bytes, none only at the end."""
        for pause in PAUSES:
            try:
                return self._read(size)
            except OSError as error:
                if error.errno in _FINAL:
                    raise
            self._file = None
            time.sleep(pause)
        return self._read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Stand elsewhere; return where, in bytes from the beginning."""
        with _as_os_error(self._url):
            self._at = int(self._file.seek(offset, whence))
        return self._at

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with _as_os_error(self._url):
                self._file.close()

    def _read(self, size: int) -> bytes:
        self._file = self._file or self._opened()
        with _as_os_error(self._url):
            data: bytes = self._file.read(size)
        self._at += len(data)
        return data

    def _opened(self) -> Any:
        with _as_os_error(self._url):
            files, path = self._files = _file_system(self._url)  # one that is forgotten closes what it has opened
            file = files.open(path, "rb", block_size=self._block)
            if self._at:
                file.seek(self._at)
            return file


def _file_system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(
            f"cannot read {url}: URLs take fsspec. Install it with `pip install 'mturk-conformance[dask]'`."
        ) from None
    try:
        files, path = url_to_fs(url)
    except ImportError as error:  # fsspec says which library speaks the protocol
        raise UsageError(
            f"cannot read {url}: {str(error).rstrip('.') or 'its protocol takes another library'}."
        ) from None
    except Exception as error:
        raise UsageError(f"cannot read {url}: {_said(error)}. Give a URL as fsspec has it, or a path.") from None
    return files, str(path)


def _known(files: Any, folder: str) -> list[str]:
    """Return the files in a folder that are of a known format; what cannot be read might be."""
    depth = len(folder.rstrip("/")) + 1
    inside = (one for one in sorted(files.find(folder)) if not any(p.startswith(".") for p in one[depth:].split("/")))
    found = []
    while some := list(islice(inside, _HEADS)):
        heads = files.cat_ranges(some, [0] * len(some), [BUFFER] * len(some), on_error="return")
        found += [one for one, head in zip(some, heads, strict=True) if _is_known(head)]
    return found


def _is_known(head: bytes | Exception) -> bool:
    if isinstance(head, Exception):
        return True
    with buffered(BytesIO(head)) as stream:
        return is_known(stream.read(BUFFER))


def _url(files: Any, path: str, like: str) -> str:
    """Return a path of a file system as a URL of the same protocol as another."""
    return f"{like.partition('://')[0]}://{str(files.unstrip_protocol(path)).partition('://')[2]}"


@contextmanager
def _as_os_error(url: str) -> Iterator[None]:
    """Make an OSError of whatever a file system fails with: each library has errors of its own."""
    try:
        yield
    except UsageError as unable:
        raise OSError(errno.EPROTONOSUPPORT, str(unable).rstrip("."), url) from None
    except Exception as raised:
        why = raised.__cause__
        # Some say that a file is missing where there was no connection.
        error = why if isinstance(why, OSError) and not isinstance(why, FileNotFoundError) else raised
        number = next((number for kind, number in _NUMBERS.items() if isinstance(error, kind)), None)
        known = getattr(error, "errno", None)
        if number is None and isinstance(known, int) and getattr(error, "strerror", None):
            number = known
        raise OSError(number or errno.EIO, os.strerror(number) if number else _said(error), url) from error


def _said(error: Exception) -> str:
    said = str(error).strip() or "no reason given"
    return f"{type(error).__name__}: {said.splitlines()[0]}"[:300].rstrip(".")
