"""The process that holds the embedded endpoint: what it is told on its standard input, it serves until that ends.

The first line of standard input is a JSON object (`Start`), the only line of standard output too (the URL).  The
secrets stand in no argument and no environment variable, and the process cannot outlive the one that holds the
other end of its standard input, however that one ends.
"""

import json
import os
import signal
import sys
import threading
from dataclasses import replace
from math import inf
from typing import Any, TypedDict

from conformance.bindings.query import Credentials
from conformance.errors import KitError
from conformance.reference.endpoint import Options
from conformance.target.delivery import LIMITS, RECEPTOR_HOST, Delivery
from conformance.target.serving import make_endpoint, serve_until
from conformance.transport.client import Client


class Start(TypedDict):
    """What the process is told; ``package`` and ``path`` are for `BOOT`, which finds this module by them.

    ``receptor`` is where messages to `RECEPTOR_HOST` go; with ``any_date`` the age of a signature does not matter.
    """

    package: str
    path: list[str]
    port: int
    credentials: list[list[str]]
    control_token: str
    retired: bool
    any_date: bool
    receptor: str
    snapshot: dict[str, Any] | None


# Run in isolated mode: no module of the working directory, of PYTHONPATH or of the user's folder comes before the
# interpreter's own.  The package is the very one that starts it, from wherever that was imported; the starter's
# other folders (where the kit's dependencies may lie) come last.
BOOT = """
import importlib.util, json, sys
start = json.loads(sys.stdin.buffer.readline())
sys.path += [folder for folder in start["path"] if folder not in sys.path]
spec = importlib.util.spec_from_file_location(
    "conformance", start["package"] + "/__init__.py", submodule_search_locations=[start["package"]]
)
package = sys.modules["conformance"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
from conformance.target.embedded_process import main
main(start)
"""


def main(start: Start) -> None:
    """Serve what ``start`` says until standard input ends; say why on standard error if that is impossible."""
    # Ctrl-C in a terminal reaches both processes; this one is needed until the other has finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_input, name="standard-input", daemon=True).start()
    options = Options(control_token=start["control_token"], retired=start["retired"])
    if start["any_date"]:
        options = replace(options, clock_tolerance=inf)
    credentials = [Credentials(access_key_id=name, secret_key=key) for name, key in start["credentials"]]
    try:
        deliver = Delivery(Client(limits=LIMITS), routes={RECEPTOR_HOST: start["receptor"]})
        endpoint = make_endpoint(credentials, options, start["snapshot"], deliver=deliver)
        serve_until(threading.Event(), endpoint.handle, "127.0.0.1", start["port"], ready=_tell)
    except KitError as error:
        sys.exit(str(error))


def _tell(url: str) -> None:
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    # Nothing is kept, so there is nothing to finish.
    os._exit(0)
