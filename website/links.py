"""Links of the repository, which a forge follows, as links of the site.

A page may link by a relative path to whatever in the repository the site has a page for.
"""

import posixpath
import re
from dataclasses import dataclass

# Pages of the site that lie elsewhere in the repository.
IMPORTED = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "explanation/architecture.md": "ARCHITECTURE.md",
    "reference/schemas.md": "schemas/README.md",
    "reference/vectors.md": "cases/vectors/README.md",
}
# Files that are no pages and that pages link to.
PUBLISHED = (
    "cases/case.schema.json",
    "conformance/record/record.schema.json",
    "conformance/report/audits/audit.schema.json",
    "conformance/target/control.openapi.yaml",
    "conformance/traffic/exchange_lines.schema.json",
)
# What in the repository a generated page is about.
_ABOUT = {
    "README.md": "reference/exit-codes.md",
    "cases": "requirements/index.md",
    "cases/case.schema.json": "reference/case-files.md",
    "conformance/cli": "reference/commands.md",
    "conformance/record/record.schema.json": "reference/record.md",
    "conformance/report/audits/audit.schema.json": "reference/audit-lines.md",
    "conformance/target/profile_keys.py": "reference/profile.md",
    "conformance/traffic/exchange_lines.schema.json": "reference/exchange-lines.md",
    "docs/example-endpoint": "example-endpoint/index.md",
    "conformance/target/control.openapi.yaml": "files/conformance/target/control.openapi.yaml",
    **{source: place for place, source in IMPORTED.items()},
}
# Blocks and spans of code, which hold no links, or what a link leads to.
_LINK = re.compile(
    r"^(?P<fence>```+).*?^(?P=fence)$|`+[^`\n]+`+|(?<=\]\()(?P<to>[^)\s#:]+)(?=[)#])", re.DOTALL | re.MULTILINE
)


def place_of(source: str) -> str:
    """Return where on the site a file of the repository lies that is no page."""
    return f"files/{source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLinks:
    """The links of one page, by its place on the site."""

    page: str

    def rewritten(self, markdown: str) -> str:
        """Return the text of the page with links that hold on the site.

        Raises ValueError for a link to a file of the repository of which the site knows nothing.
        """
        return _LINK.sub(lambda found: self._leading(found["to"]) if found["to"] else found[0], markdown)

    def _leading(self, link: str) -> str:
        own = IMPORTED.get(self.page, f"docs/{self.page}")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(own), link))
        place = _ABOUT.get(target) or target.removeprefix("docs/")
        if target not in _ABOUT and not target.startswith("docs/"):
            raise ValueError(f"{own} links to {target}, which the site does not have: name a page for it in links.py")
        return posixpath.relpath(place, posixpath.dirname(self.page) or ".")
