"""The embedded endpoint under load: pages of a hundred thousand HITs, and memory after a hundred thousand reads."""

import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter, time

from calls import NEW_HIT, QUESTION, Caller
from served import served
from timing import interleaved, percentile, verdict

from conformance.bindings.query import Credentials
from conformance.reference.control import without_secrets
from conformance.reference.records import HIT, HITProperties, HITType
from conformance.reference.store import Store
from conformance.wire.flattening import Values

FEW, MANY = 1_000, 100_000
PAGES = 200
WARM, READS = 10_000, 100_000
ACCOUNT = Credentials(access_key_id="AKIABENCHMARKACCOUNT", secret_key="of the benchmark")
KEYS = {"MTURK_ACCESS_KEY_ID": ACCOUNT.access_key_id, "MTURK_SECRET_KEY": ACCOUNT.secret_key}
ORDERS = ("Enumeration", "CreationTime", "Title")


def store_of(count: int) -> Store:
    """Return a store with so many HITs of a Requester, of a hundred types."""
    store = Store.new(requesters=[ACCOUNT])
    kinds = [
        HITType(
            hit_type_id=store.next_object_id(),
            hit_group_id=store.next_object_id(),
            owner=ACCOUNT.access_key_id,
            properties=HITProperties(
                title=f"Name animal {number * 37 % 100}",
                description="Look at the picture and name the animal in it",
                reward=number,
                assignment_duration=3600,
                auto_approval_delay=3600,
            ),
        )
        for number in range(100)
    ]
    for kind in kinds:
        store.save_hit_type(kind)
    now = time()
    pattern = HIT(
        hit_id="",
        hit_type_id="",
        owner=ACCOUNT.access_key_id,
        created_at=now - count,
        expires_at=now + 86_400,
        question=QUESTION,
        max_assignments=3,
    )
    for number in range(count):
        kind = kinds[number % len(kinds)].hit_type_id
        store.save_hit(
            replace(pattern, hit_id=store.next_object_id(), hit_type_id=kind, created_at=now - (count - number) / 1000)
        )
    return store


def page_time(caller: Caller, count: int) -> Callable[[], float]:
    """Return a contestant: milliseconds for a page of ten HITs, somewhere in the list; 95 of 100 take no longer."""

    def measure() -> float:
        times = []
        for number in range(PAGES):
            values: Values = {
                "SortProperty": [ORDERS[number % len(ORDERS)]],
                "SortDirection": [("Ascending", "Descending")[number % 2]],
                "PageNumber": [str(1 + number * 7919 % (count // 10))],
            }
            request = caller.request("SearchHITs", values)
            begin = perf_counter()
            response = caller.send(request)
            times.append(1000 * (perf_counter() - begin))
            assert response.body.count(b"<HITId>") == 10, response.body[:500]
        return percentile(times, 95)

    return measure


def pages_are_as_fast(folder: Path) -> bool:
    """Measure a page of many HITs against one of few, in turns; tell whether the limit holds."""
    with ExitStack() as running:
        contestants = {}
        for name, count in (("few", FEW), ("many", MANY)):
            snapshot = folder / f"{name}.json"
            snapshot.write_text(json.dumps(without_secrets(store_of(count).dump())), "utf-8")
            server = running.enter_context(served(KEYS, "--snapshot", str(snapshot)))
            contestants[name] = page_time(Caller(server.url, server.environment), count)
        interleaved(contestants, 1)  # the first call of an order sorts it
        medians = interleaved(contestants, 7)
    sys.stdout.write(f"page of SearchHITs, p95: {medians['few']:.2f} ms of {FEW}, {medians['many']:.2f} ms of {MANY}\n")
    return verdict(f"page at {MANY} / page at {FEW}", medians["many"] / medians["few"], goal=2, limit=3)


def memory_stays() -> bool:
    """Read a HIT over and over and compare the memory of the process; tell whether the limit holds."""
    with served(KEYS) as server:
        caller = Caller(server.url, server.environment)
        hit_id = caller.call("CreateHIT", NEW_HIT).text("HITId") or ""
        reading: Values = {"HITId": [hit_id]}
        request = caller.request("GetHIT", reading)
        memory = {}
        for number in range(1, READS + 1):
            if number % 1000 == 0:
                caller.call("GetHIT", reading)
                request = caller.request("GetHIT", reading)
            caller.send(request)
            if number in (WARM, READS):
                memory[number] = resident(server.pid)
    grown = memory[READS] - memory[WARM]
    sys.stdout.write(f"memory after {WARM} reads {memory[WARM]:.1f} MiB, after {READS} {memory[READS]:.1f} MiB\n")
    return verdict(f"memory grown by {READS - WARM} reads", grown, goal=10, limit=20, unit=" MiB")


def resident(pid: int) -> float:
    """Return the memory that a process occupies, in MiB (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def main() -> int:
    """Measure both; return 1 if a limit is missed."""
    with tempfile.TemporaryDirectory() as folder:
        held = [pages_are_as_fast(Path(folder)), memory_stays()]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
