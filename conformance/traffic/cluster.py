"""A Dask cluster as a client of it sees it: connecting, checking who is there, and what may go wrong."""

import asyncio
import logging
import pydoc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from conformance import __version__
from conformance.errors import EndpointUnreachable, UsageError

CONNECTING = 10
"""Seconds in which a scheduler has to answer."""
PATIENCE = 60.0
"""Seconds to wait for a worker where there is none."""
_HELP = "docs/large-archives.md says how to start a scheduler and workers."

Tell = Callable[[str], object]
"""Takes a line for whoever looks on."""


@contextmanager
def connected(address: str, tell: Tell) -> Iterator[Any]:
    """Yield a client of a scheduler whose workers have this version of the kit.

    Raises UsageError where Dask is missing, the address is none, or a worker has another version; EndpointUnreachable
    where the scheduler does not answer, or gets no workers.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise UsageError("--dask takes Dask. Install it with `pip install 'mturk-conformance[dask]'`.") from None
    for name in ("distributed", "distributed.client", "distributed.core", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told here, and without tracebacks
    try:
        get_address_host_port(address)
    except ValueError as error:
        raise UsageError(
            f"{address} is no address of a Dask scheduler: {error}. Give one like tcp://host:8786."
        ) from None
    try:
        asyncio.run(_reached(address))  # a client that could not connect cannot be closed either, and hangs at the end
        client = Client(address, timeout=CONNECTING, set_as_default=False, name="mturk-conformance")
    except Exception as error:
        why = str(error) or "it does not answer"
        raise EndpointUnreachable(f"cannot reach the Dask scheduler at {address}: {why}. {_HELP}") from None
    try:
        _check(client, address, tell)
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=CONNECTING)


async def _reached(address: str) -> None:
    from distributed import Security
    from distributed.comm import connect

    comm = await connect(address, timeout=CONNECTING, **Security().get_connection_args("client"))
    comm.abort()


def _check(client: Any, address: str, tell: Tell) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        # By a function of the standard library, which is there whatever else a worker has.
        kits = client.run(pydoc.locate, "conformance.__version__", on_error="return")
        threads = client.nthreads()
    except TimeoutError:
        raise EndpointUnreachable(f"the Dask scheduler at {address} has no workers. {_HELP}") from None
    except Exception as error:
        raise EndpointUnreachable(f"the Dask cluster at {address} does not answer: {said(error)}. {_HELP}") from None
    others = {worker: found for worker, found in kits.items() if found != __version__}
    if others:
        worker, found = min(others.items())
        has = f"version {found}" if isinstance(found, str) else "none that can be imported"
        raise UsageError(
            f"{len(others)} of {len(kits)} workers do not have version {__version__} of mturk-conformance: {worker} "
            f"has {has}. Install the same version everywhere."
        )
    several = sum(count > 1 for count in threads.values())
    if several:
        tell(
            f"note: {several} of {len(threads)} workers have threads, which help nothing: start them with --nthreads 1"
        )


def lost(error: BaseException) -> str:
    """Return in one clause that the scheduler is gone."""
    return f"the connection to the Dask scheduler was lost ({said(error)})"


def said(error: BaseException) -> str:
    """Return the kind and the first line of an error."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0]}"[:200] if text else type(error).__name__
