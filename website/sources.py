"""Write the sources of the documentation site: ``python website/sources.py FOLDER``, and then Sphinx.

The pages of ``docs/`` and some others of the repository are copied, with links that hold on the site.  The rest is
generated from the commands, the profile, the schemas and the cases themselves; nothing of it is committed.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import commands_page
import profile_page
import requirement_pages
import schema_pages
from links import IMPORTED, PUBLISHED, PageLinks, place_of
from navigation import contents

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def write_sources(folder: Path) -> None:
    """Write all pages to ``folder``, and the files that they link to; what stood there is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        DOCS, folder, ignore=shutil.ignore_patterns("*.md", "__pycache__")
    )  # pictures, and what pages link to
    pages = dict(_copied()) | dict(_generated())
    # The requirements have contents of their own.
    pages["index.md"] += "\n" + "\n".join(contents(page for page in pages if page not in requirement_pages.places()))
    for place, text in pages.items():
        _write(folder / place, text)
    for source in PUBLISHED:
        _copy(ROOT / source, folder / place_of(source))


def _copied() -> Iterator[tuple[str, str]]:
    for file in sorted(DOCS.rglob("*.md")):
        place = file.relative_to(DOCS).as_posix()
        yield place, _linked(place, file)
    for place, source in IMPORTED.items():
        yield place, _linked(place, ROOT / source)


def _linked(place: str, file: Path) -> str:
    return PageLinks(page=place).rewritten(file.read_text("utf-8"))


def _generated() -> Iterator[tuple[str, str]]:
    yield "example-endpoint/index.md", _example(DOCS / "example-endpoint")
    yield "reference/commands.md", commands_page.page()
    yield "reference/exit-codes.md", _exit_codes()
    yield "reference/profile.md", profile_page.page()
    yield from schema_pages.pages(ROOT)
    yield from requirement_pages.pages()


def _exit_codes() -> str:
    """Return the contract of exit codes as the README states it."""
    section = (ROOT / "README.md").read_text("utf-8").partition("### Exit codes\n")[2]
    return f"# Exit codes\n{section.partition(chr(10) + '## ')[0]}"


def _example(folder: Path) -> str:
    """Return a page with the files of the example that the how-to of drivers speaks of."""
    parts = ["# An example of an endpoint\n\n[The how-to of drivers](../drivers.md#an-example) says how to run it."]
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        language = {".py": "python", ".toml": "toml"}[file.suffix]
        parts.append(f"## {file.name}\n\n```{language}\n{file.read_text('utf-8')}```")
    return "\n\n".join(parts) + "\n"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def _copy(source: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, file)


if __name__ == "__main__":
    write_sources(Path(sys.argv[1]))
