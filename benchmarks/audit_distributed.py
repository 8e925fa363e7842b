"""What does an audit by a Dask cluster cost: for each worker, for the process that asks, and against no cluster.

``python audit_distributed.py [--size MB] [--rounds N]``; takes the extra ``dask``.  Rates are megabytes of the HAR file
a second of processor time, so other work on the machine matters little to them; the ratios are of time that passed.
From them it says how many cores 10 TB in a day take.
"""

import argparse
import gzip
import pickle
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from captures import write_har
from distributed import Client, LocalCluster
from timing import interleaved, seconds, verdict

from conformance.traffic.auditing import Together, audit_all, audit_task
from conformance.traffic.distributed import audit_by_dask
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options
from conformance.traffic.splitting import tasks

MB = 1_000_000
ARCHIVE = 10_000_000 * MB
DAY = 24 * 60 * 60
TWO_GOAL, TWO_LIMIT = 0.95, 0.85
"""What two workers of a cluster do against two processes of the local pool."""
MEMORY_GOAL, MEMORY_LIMIT = 160, 256


def processor(action: Callable[[], object]) -> float:
    """Return the seconds of processor time that something took here."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def per_task(source: Source, options: Options) -> tuple[float, float, float]:
    """Return megabytes a second that are judged, seconds to take in a megabyte of capture, and its bytes on the wire.

    As it is once the history is full, after some 200 MB: then workers send none.
    """
    together = Together()
    judging, merging, wire = 0.0, 0.0, 0
    size = Path(source.path).stat().st_size / MB
    for task in tasks([source]):
        begun = time.process_time()
        outcome = audit_task(task, options)
        judging += time.process_time() - begun
        for _, audited in outcome:
            audited.history.clear()
        packed = pickle.dumps(outcome)
        wire += len(packed)
        begun = time.process_time()
        for one, audited in pickle.loads(packed):
            together.add(one, audited)
        merging += time.process_time() - begun
    return size / judging, merging / size, wire / size


def cutting(source: Source) -> float:
    """Return the seconds that cutting a megabyte of capture takes where it lies on a local disk."""
    return processor(lambda: list(tasks([source]))) / (Path(source.path).stat().st_size / MB)


def peak() -> float:
    """Return the most memory that this process has taken, in MB."""
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024 / MB


def by_cluster(source: Source, rounds: int) -> tuple[dict[str, float], float]:
    """Return how long the cluster and the local pool take, and the most memory that a worker took."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        address = cluster.scheduler_address
        took = interleaved(
            {
                "two processes of the local pool": lambda: seconds(lambda: audit_all([source], Options(), workers=2)),
                "two workers of a cluster": lambda: seconds(lambda: audit_by_dask([source], Options(), address)),
            },
            rounds,
        )
        return took, max(client.run(peak).values())


def main() -> int:
    """Measure, and say what 10 TB take; 1 where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=100, help="megabytes of the HAR file")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.har"
        write_har(path, options.size * MB)
        source = Source(number=0, path=str(path))
        rate, merging, wire = per_task(source, Options(keeps=True))
        slow, *_ = per_task(source, Options(requests=True))
        packed = Path(folder) / "capture.har.gz"
        packed.write_bytes(gzip.compress(path.read_bytes(), 6))
        times = path.stat().st_size / packed.stat().st_size
        inflating = times * per_task(Source(number=0, path=str(packed)), Options())[0]
        cut = cutting(source)
        took, memory = by_cluster(source, options.rounds)
    sys.stdout.write(f"  judging: {rate:.1f} MB of HAR a second of one core; with --requests {slow:.1f};\n")
    sys.stdout.write(f"    as gzip, {times:.0f} times smaller, {inflating:.1f} MB of what it expands to\n")
    sys.stdout.write(f"  taking in what was found: {merging * 1000:.2f} ms for a MB, which is {wire:.0f} bytes\n")
    sys.stdout.write(f"  cutting: {cut * 1000:.2f} ms for a MB\n")
    cores = ARCHIVE / MB / rate / DAY
    sys.stdout.write(f"  10 TB in a day: {cores:.0f} cores that judge; the one that asks is busy for ")
    sys.stdout.write(f"{ARCHIVE / MB * (merging + cut) / 3600:.1f} h, and gets {ARCHIVE / MB * wire / 1e9:.1f} GB\n")
    ratio = took["two processes of the local pool"] / took["two workers of a cluster"]
    good = [
        verdict("  two workers against two processes", ratio, goal=TWO_GOAL, limit=TWO_LIMIT, at_most=False),
        verdict("  memory of a worker", memory, goal=MEMORY_GOAL, limit=MEMORY_LIMIT, unit=" MB"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
