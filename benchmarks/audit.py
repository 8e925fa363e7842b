"""How fast are captures judged: against bare lxml, json.load with xmlschema, and in two processes.

``python audit.py [--size MB] [--rounds N] [--memory]``; 300 and 3000 are the sizes of the goals.  Bare lxml gets the
bodies in memory and does nothing but parse and validate them and the documents in them; the kit reads the file,
recognises calls and versions, judges by all checks, counts coverage and judges the history.  A rate is megabytes of
bodies a second of the time that passed; so it is best measured on a machine that does nothing else.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

from captures import VERSION, recorded, write_everything, write_har
from lxml import etree
from timing import KIT, interleaved, seconds, verdict

from conformance.spec.data import schemas_dir
from conformance.spec.documents import document_schema
from conformance.spec.shapes import shapes_for

MB = 1_000_000
DOCUMENTS = {"Answer": "QuestionFormAnswers", "Question": "QuestionForm"}
SMALL = 3 * MB
"""The size of the capture for xmlschema, which would take minutes for more."""
MOST_BODIES = 60 * MB
"""So much is held in memory for bare lxml."""
BARE_GOAL, BARE_LIMIT = 0.75, 0.6
XMLSCHEMA_GOAL, XMLSCHEMA_LIMIT = 15, 10
TIMED = """
import sys, time
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options
path, workers, remembers = sys.argv[1:]
begun = time.perf_counter()
audited = audit_all([Source(number=0, path=path)], Options(remembers=remembers == "True"), workers=int(workers))
print(time.perf_counter() - begun)
assert not audited.unread and audited.files[0].failed == 0, audited.in_order()[:1]
"""
"""Not this module, which each process of an audit would import anew."""
LAUNCHED = (
    "import os, sys\n"
    "away = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]\n"
    "process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=away)\n"
    "print(os.wait4(process, 0)[2].ru_maxrss * 1024 / 1e6)\n"
)
"""Prints the memory of a command, of which the largest process counts, and no less than that which begins it."""
TWO_GOAL, TWO_LIMIT = 1.9, 1.7
MEMORY_GOAL, MEMORY_LIMIT = 56, 64


def bare(bodies: list[bytes]) -> int:
    """Parse and validate bodies and the documents in them; return how many documents there were."""
    message = shapes_for(VERSION).schema()
    inner = {tag: document_schema(name) for tag, name in DOCUMENTS.items()}
    count = 0
    for body in bodies:
        root = etree.fromstring(body)
        assert message.validate(root)
        for element in root.iter(*DOCUMENTS):
            assert inner[element.tag].validate(etree.fromstring((element.text or "").encode()))
            count += 1
    return count


def with_xmlschema(path: Path) -> None:
    """Do the same as one would without the kit: json.load and xmlschema."""
    import xmlschema  # not for the processes whose memory is measured

    message = xmlschema.XMLSchema(etree.tostring(shapes_for(VERSION).document()).decode())
    files = {tag: schemas_dir() / "data" / f"{name}.xsd" for tag, name in DOCUMENTS.items()}
    inner = {tag: xmlschema.XMLSchema(str(file)) for tag, file in files.items()}
    with path.open(encoding="utf-8") as file:
        har = json.load(file)
    for entry in har["log"]["entries"]:
        root = etree.fromstring(_body(entry))
        assert message.is_valid(root)
        for element in root.iter(*DOCUMENTS):
            assert inner[element.tag].is_valid(etree.fromstring((element.text or "").encode()))


def _body(entry: dict[str, dict[str, dict[str, str]]]) -> bytes:
    content = entry["response"]["content"]
    return b64decode(content["text"]) if content.get("encoding") == "base64" else content["text"].encode()


def bodies_of(path: Path, most: int = MOST_BODIES) -> Iterator[bytes]:
    """Yield the bodies of a HAR file as `captures.write_har` writes it, up to so many bytes together."""
    total = 0
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b'{"startedDateTime"') and total < most:
                body = _body(json.loads(line.rstrip(b",\n")))
                total += len(body)
                yield body


def kit(path: Path, *, workers: int = 1, remembers: bool = True) -> float:
    """Return how many seconds the kit takes to judge a capture, in a process that has imported what it takes."""
    command = [sys.executable, "-c", TIMED, str(path), str(workers), str(remembers)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def memory(path: Path, workers: int) -> float:
    """Return the most memory, in MB, that a process of ``mturk-conformance audit`` takes: itself, or a worker."""
    command = [*KIT, "audit", "--workers", str(workers), str(path)]
    return float(subprocess.run([sys.executable, "-c", LAUNCHED, *command], check=True, capture_output=True).stdout)


def compare(path: Path, small: Path, rounds: int) -> bool:
    """Print the ratios for a capture; return whether the limits hold."""
    bodies = list(bodies_of(path))
    held = sum(map(len, bodies))
    share = held / sum(len(body) for body in bodies_of(path, sys.maxsize)) if held >= MOST_BODIES else 1.0
    whole, little = held / share, sum(map(len, bodies_of(small)))

    def rate(action: Callable[[], object], size: float) -> Callable[[], float]:
        return lambda: size / MB / seconds(action)

    contestants = {
        "bare lxml": rate(lambda: bare(bodies), held),
        "the kit": lambda: whole / MB / kit(path),
        "the kit, remembering nothing": lambda: whole / MB / kit(path, remembers=False),
        "the kit, two processes": lambda: whole / MB / kit(path, workers=2),
        "json.load and xmlschema": rate(lambda: with_xmlschema(small), little),
    }
    medians = interleaved(contestants, rounds)
    for name, median in medians.items():
        sys.stdout.write(f"  {name}: {median:.1f} MB/s\n")
    one = medians["the kit"]
    good = [
        verdict("  of bare lxml", one / medians["bare lxml"], goal=BARE_GOAL, limit=BARE_LIMIT, at_most=False),
        verdict(
            "  times json.load and xmlschema",
            one / medians["json.load and xmlschema"],
            goal=XMLSCHEMA_GOAL,
            limit=XMLSCHEMA_LIMIT,
            at_most=False,
        ),
        verdict(
            "  two processes", medians["the kit, two processes"] / one, goal=TWO_GOAL, limit=TWO_LIMIT, at_most=False
        ),
    ]
    return all(good)


def remember(path: Path) -> bool:
    """Print how much memory audits of a capture take; return whether the limit holds."""
    good = True
    for workers in (1, 2):
        what = f"  memory of a process, {workers} worker{'s' * (workers > 1)}"
        good &= verdict(what, memory(path, workers), goal=MEMORY_GOAL, limit=MEMORY_LIMIT, unit=" MB")
    return good


def main() -> int:
    """Compare on a capture with little repetition, and on one with much; 1 where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=300, help="megabytes of the HAR file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="measure the memory only")
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for repeating in (False, True):
            path, small = Path(folder) / "capture.har", Path(folder) / "small.har"
            write_har(small, SMALL, repeating=repeating)
            count = write_har(path, options.size * MB, repeating=repeating)
            sys.stdout.write(f"{options.size} MB, {count} entries, {'much' if repeating else 'little'} repetition\n")
            if not options.memory:
                good &= compare(path, small, options.rounds)
            good &= remember(path)
            path.unlink()
        for versions in ((VERSION,), ("2006-10-31", VERSION, "2017-01-17")):
            count = write_everything(path, options.size * MB, recorded(versions))
            sys.stdout.write(f"{options.size} MB, {count} entries, all that suites send in {', '.join(versions)}\n")
            good &= remember(path)
            path.unlink()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
