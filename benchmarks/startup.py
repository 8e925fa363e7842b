"""Start-up of the command line above a bare interpreter."""

import sys

from timing import above_bare, verdict

ROUNDS = 15


def main() -> int:
    """Measure ``--help`` and ``list``; return 1 if a limit is missed."""
    above = above_bare({"help": ["--help"], "list": ["list"]}, ROUNDS)
    good = [
        verdict("--help above it", above["help"], goal=60, limit=120, unit=" ms"),
        verdict("list above it", above["list"], goal=300, limit=600, unit=" ms"),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
