"""Start-up of the command line above a bare interpreter."""

import sys

from timing import interleaved, process, verdict

ROUNDS = 15


def main() -> int:
    """Measure ``--help`` and ``list``; return 1 if a limit is missed."""
    command = [sys.executable, "-m", "conformance"]
    medians = interleaved(
        {
            "bare": process([sys.executable, "-c", "pass"]),
            "help": process([*command, "--help"]),
            "list": process([*command, "list"]),
        },
        ROUNDS,
    )
    above = {name: 1000 * (value - medians["bare"]) for name, value in medians.items()}
    sys.stdout.write(f"bare interpreter: {1000 * medians['bare']:.1f} ms\n")
    good = [
        verdict("--help above it", above["help"], goal=60, limit=120, unit=" ms"),
        verdict("list above it", above["list"], goal=300, limit=600, unit=" ms"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
