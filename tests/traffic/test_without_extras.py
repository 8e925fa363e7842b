"""What takes an extra that is not installed says which."""

import sys

import pytest

from conformance.errors import UsageError
from conformance.traffic.distributed import audit_by_dask
from conformance.traffic.judging import Options
from conformance.traffic.sources import sources


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL cannot be read then; a path can."""
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(UsageError, match=r"URLs take fsspec.*mturk-conformance\[dask\]"):
        list(sources(["s3://bucket/x"]))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is looked at."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"--dask takes Dask.*mturk-conformance\[dask\]"):
        audit_by_dask([], Options(), "tcp://127.0.0.1:1")
