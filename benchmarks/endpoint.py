"""The embedded endpoint against a tuned standard library server that returns a constant, on one connection."""

import http.client
import http.server
import os
import sys
import threading
from collections.abc import Callable

from served import served
from timing import interleaved, verdict

from conformance.bindings.query import Credentials, write_call
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

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
    import time

    child = subprocess.Popen([sys.executable, __file__, "constant"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    port = child.stdout.readline().decode().strip()
    with served({}) as (url, environment):
        credentials = Credentials(
            access_key_id=environment["MTURK_ACCESS_KEY_ID"], secret_key=environment["MTURK_SECRET_KEY"]
        )

        def call() -> HttpRequest:
            return write_call(
                "GetAccountBalance",
                {},
                url=url,
                credentials=credentials,
                version="2014-08-15",
                timestamp=format_timestamp(time.time()),
            )

        authority = url.split("/")[2]
        medians = interleaved({"endpoint": rate(authority, call), "constant": rate(f"127.0.0.1:{port}", call)}, ROUNDS)
    child.kill()
    sys.stdout.write(
        f"GetAccountBalance {medians['endpoint']:.0f} requests/s, constant {medians['constant']:.0f} requests/s\n"
    )
    ratio = medians["endpoint"] / medians["constant"]
    return 0 if verdict("endpoint / constant", ratio, goal=0.5, limit=0.25, at_most=False) else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["constant"]:
        serve_constant(1)
    sys.exit(main())
