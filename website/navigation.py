"""What stands where on the site: four parts, by what a reader wants (https://diataxis.fr)."""

from collections.abc import Iterable, Iterator

# Page, or page with the title that it has in the sidebar.
PARTS: dict[str, tuple[str | tuple[str, str], ...]] = {
    "Tutorial": (
        ("First verdict", "tutorial/first-verdict.md"),
        ("Gate your emulator", "tutorial/gate.md"),
    ),
    "How-to": (
        ("Develop without an account", "develop-without-an-account.md"),
        ("Read a report", "report.md"),
        ("Write a baseline", "baseline.md"),
        ("Compare runs", "compare.md"),
        ("In GitHub Actions", "ci/github.md"),
        ("In GitLab CI", "ci/gitlab.md"),
        ("In Jenkins", "ci/jenkins.md"),
        ("In tox", "ci/tox.md"),
        ("Write a driver", "drivers.md"),
        ("Offer the control API", "control-api.md"),
        ("Receive notifications", "receptor.md"),
        ("Audit captures and documents", "audit.md"),
        ("Formats of captures", "captures.md"),
        ("Audit large archives", "large-archives.md"),
        ("Judge traffic while it flows", "proxy.md"),
        ("Keep an endpoint’s state", "state.md"),
        ("Report a wrong check", "wrong-check.md"),
        ("An example of an endpoint", "example-endpoint/index.md"),
        ("Contribute", "contributing.md"),
    ),
    "Reference": (
        "requirements/index.md",
        "reference/commands.md",
        "reference/exit-codes.md",
        "reference/profile.md",
        "reference/record.md",
        "reference/audit-lines.md",
        "reference/exchange-lines.md",
        "reference/case-files.md",
        "reference/schemas.md",
        "reference/vectors.md",
        "changelog.md",
    ),
    "Explanation": (
        "explanation/verdicts.md",
        "explanation/evidence.md",
        ("One oracle, three doors", "explanation/design.md"),
        "explanation/architecture.md",
        "quality.md",
    ),
}
_REST = "How-to"


def contents(pages: Iterable[str]) -> Iterator[str]:
    """Yield the parts of the contents; of ``pages`` those that no part names stand at the end of the how-tos."""
    written = set(pages)
    for caption, named in PARTS.items():
        listed = [one for one in named if _place(one) in written]
        if caption == _REST:
            listed += sorted(written - {"index.md"} - {_place(one) for part in PARTS.values() for one in part})
        yield tree(caption, listed)


def tree(caption: str, pages: Iterable[str | tuple[str, str]]) -> str:
    """Return the part of the contents that lists these pages, for the sidebar alone."""
    listed = "\n".join(_line(page) for page in pages)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


def _place(page: str | tuple[str, str]) -> str:
    return page if isinstance(page, str) else page[1]


def _line(page: str | tuple[str, str]) -> str:
    place = _place(page).removesuffix(".md")
    return place if isinstance(page, str) else f"{page[0]} <{place}>"
