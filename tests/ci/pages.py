"""The blocks of the pages under ``docs/ci``."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = {file.stem: file.read_text("utf-8") for file in sorted((CHECKOUT / "docs" / "ci").glob("*.md"))}


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)
