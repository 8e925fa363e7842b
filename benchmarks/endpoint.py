"""The embedded endpoint against a tuned standard library server that returns a constant, on one connection."""

import http.client
import http.server
import os
import sys
import threading
from collections.abc import Callable
from functools import partial

from calls import NEW_HIT, Caller
from served import served
from timing import interleaved, verdict

from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

ROUNDS = 7
SECONDS = 1.0
CONSTANT = b'<?xml version="1.0"?>\n' + b"<GetAccountBalanceResponse>" + b"x" * 300 + b"</GetAccountBalanceResponse>"


class Constant(http.server.BaseHTTPRequestHandler):
    """Answers every POST with the same bytes; tuned as far as the class allows (one write, no Nagle)."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONSTANT)))
        self.end_headers()
        self.wfile.write(CONSTANT)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def rate(authority: str, request: Callable[[], HttpRequest]) -> Callable[[], float]:
    """Return a contestant: requests per second on one connection."""
    import time

    def measure() -> float:
        connection = http.client.HTTPConnection(authority)
        message = request()
        headers = dict(message.headers)
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < SECONDS:
            connection.request("POST", "/", message.body, headers)
            connection.getresponse().read()
            count += 1
        connection.close()
        return count / (time.perf_counter() - begin)

    return measure


def serve_constant(pipe: int) -> None:
    """Serve the constant in a child process; tell the port through ``pipe``."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Constant)
    os.write(pipe, f"{server.server_address[1]}\n".encode())
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()


def main() -> int:
    """Measure both; return 1 if the limit is missed."""
    import subprocess

    child = subprocess.Popen([sys.executable, __file__, "constant"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    port = child.stdout.readline().decode().strip()
    with served({}) as server:
        caller = Caller(server.url, server.environment)
        hit_id = caller.call("CreateHIT", NEW_HIT).text("HITId") or ""
        calls: dict[str, Values] = {"GetAccountBalance": {}, "GetHIT": {"HITId": [hit_id]}}
        authority = server.url.split("/")[2]
        requests = {name: partial(caller.request, name, values) for name, values in calls.items()}
        contestants = {name: rate(authority, request) for name, request in requests.items()}
        any_call = requests["GetAccountBalance"]
        medians = interleaved({**contestants, "constant": rate(f"127.0.0.1:{port}", any_call)}, ROUNDS)
    child.kill()
    sys.stdout.write(", ".join(f"{name} {median:.0f} requests/s" for name, median in medians.items()) + "\n")
    held = [
        verdict(f"{name} / constant", medians[name] / medians["constant"], goal=0.5, limit=0.25, at_most=False)
        for name in calls
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["constant"]:
        serve_constant(1)
    sys.exit(main())
