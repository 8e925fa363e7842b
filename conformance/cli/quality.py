"""The quality of the kit itself, as a self-test shows it: what it can tell, on what evidence, and what escapes it."""

import json
import platform
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance import __version__
from conformance.cli.output import write_text
from conformance.defects.table import defects, families
from conformance.errors import UsageError
from conformance.record.events import LEVELS
from conformance.spec.requirements import Requirement, requirements

SCHEMA = 1
MORE_IS_BETTER = MappingProxyType(
    {
        "requirements": "requirements stated",
        "confirmed": "of them confirmed by recorded replies of the real service",
        "musts_measured": "MUSTs measured on the embedded endpoint",
        "defects": "defects planted",
        "killed": "of them killed",
    }
)
FEWER_IS_BETTER = MappingProxyType(
    {
        "survivors": "defects that survived",
        "false_alarms": "false alarms on the endpoint without a defect",
        "contradicted": "requirements that the real service contradicts",
        "without_defect": "MUSTs and SHOULDs that no defect breaks",
    }
)
FIGURES: Mapping[str, str] = MappingProxyType({**MORE_IS_BETTER, **FEWER_IS_BETTER})
"""The figures that are compared, with what they count."""
_YEAR = re.compile(r"\b20[012]\d\b")


def quality_of(summary: Mapping[str, Any], measured: Iterable[str], how: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quality as JSON values.

    ``summary`` is that of the self-test, ``measured`` names the requirements that were measured on the endpoint
    without a defect, and ``how`` tells how the self-test was run.
    """
    stated = list(requirements().values())
    seen = set(measured)
    return {
        "schema": SCHEMA,
        "kit": __version__,
        "how": {**how, "made_on": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version()},
        "requirements": {
            "total": len(stated),
            "levels": {
                level: {
                    "total": sum(one.level == level for one in stated),
                    "measured": sum(one.level == level and one.id in seen for one in stated),
                    "untestable": sum(one.level == level and bool(one.untestable) for one in stated),
                }
                for level in LEVELS
            },
            "disputed": sum(bool(one.disputed) for one in stated),
            "without_defect": _without_defect(stated),
        },
        "evidence": [
            {"level": level, "confidence": confidence, "real_service": real, "count": count}
            for (level, confidence, real), count in sorted(
                Counter((one.level, one.confidence, one.real_service) for one in stated).items()
            )
        ],
        "facts_by_year": dict(sorted(Counter(_year(one) for one in stated).items())),
        "defects": {
            "total": summary["total"],
            "killed": summary["killed"],
            "families": _families(summary),
            "survivors": summary["survivors"],
        },
        "false_alarms": summary["false_alarms"],
    }


def _without_defect(stated: Iterable[Requirement]) -> list[str]:
    broken = {name for one in defects().values() for name in one.breaks}
    return [one.id for one in stated if one.level != "MAY" and not one.untestable and one.id not in broken]


def _year(requirement: Requirement) -> str:
    """Return the newest year that the source of a requirement names: of a document, a reply; empty where it has none.

    No requirement has a date of its own; what a document says is as old as its version.
    """
    return max(_YEAR.findall(requirement.source), default="")


def _families(summary: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    survived = {one["defect"] for one in summary["survivors"]}
    return {
        family: {"killed": sum(one.name not in survived for one in planted), "total": len(planted)}
        for family, planted in sorted(families().items())
    }


def figures_of(quality: Mapping[str, Any]) -> dict[str, int]:
    """Return the figures that are compared, by name."""
    stated, planted = quality["requirements"], quality["defects"]

    def service(says: str) -> int:
        return sum(one["count"] for one in quality["evidence"] if one["real_service"] == says)

    return {
        "requirements": stated["total"],
        "confirmed": service("confirmed"),
        "musts_measured": stated["levels"]["MUST"]["measured"],
        "defects": planted["total"],
        "killed": planted["killed"],
        "survivors": len(planted["survivors"]),
        "false_alarms": len(quality["false_alarms"]),
        "contradicted": service("contradicted"),
        "without_defect": len(stated["without_defect"]),
    }


def read_figures(file: Path) -> dict[str, int]:
    """Read the figures of a committed file; UsageError where it cannot be read or lacks one of them."""
    try:
        told = json.loads(file.read_text("utf-8"))
        figures = {name: told[name] for name in FIGURES}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"cannot read the figures in {file}: {error}. `selftest --quality {file} --quality-update` writes them."
        ) from None
    if wrong := [name for name, figure in figures.items() if type(figure) is not int]:
        raise UsageError(f"cannot read the figures in {file}: {wrong[0]} is no whole number. Correct the file.")
    return figures


def write_figures(file: Path, figures: Mapping[str, int]) -> None:
    """Write the figures to a file that is committed; UsageError where it cannot be written."""
    write_text(file, json.dumps(figures, indent=2) + "\n")


def worse(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Return the names of the figures that got worse."""
    return [
        name for name in FIGURES if (now[name] < before[name] if name in MORE_IS_BETTER else now[name] > before[name])
    ]


def comparison(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Return the lines of a table of the figures that changed: before, now, and which of them got worse."""
    fallen = worse(before, now)
    width = max(map(len, FIGURES.values()))
    return [
        f"{'worse' if name in fallen else 'better'}  {FIGURES[name]:{width}}  {before[name]:6,} → {now[name]:,}"
        for name in sorted(FIGURES, key=lambda one: one not in fallen)
        if before[name] != now[name]
    ]
