"""Sphinx's configuration of the documentation site, which loads nothing from elsewhere."""

from collections.abc import Iterator, Set
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType

from conformance import __version__

project = "mturk-conformance"
author = "the authors of mturk-conformance"
version = release = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # an example may leave out a part: …
highlight_language = "none"
pygments_style = "default"
pygments_dark_style = "github-dark"

html_theme = "furo"
html_title = "mturk-conformance"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_permalinks_icon = "#"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1d1e20",
        "color-brand-content": "#1a57a8",
        "color-brand-visited": "#1a57a8",
        "color-background-primary": "#fcfcfb",
        "color-background-secondary": "#f6f6f3",
        "color-foreground-primary": "#1d1e20",
        "color-foreground-secondary": "#595b60",
        "color-must": "#a9211b",
        "color-should": "#7a4d00",
        "color-may": "#2c5878",
    },
    "dark_css_variables": {
        "color-brand-primary": "#e4e4e1",
        "color-brand-content": "#8bb9f5",
        "color-brand-visited": "#8bb9f5",
        "color-background-primary": "#16181b",
        "color-background-secondary": "#1a1d20",
        "color-foreground-primary": "#e4e4e1",
        "color-foreground-secondary": "#a4a8ae",
        "color-must": "#ff9d94",
        "color-should": "#f0c26a",
        "color-may": "#9ccbea",
    },
}


class Requirements(Domain):
    """The requirements by their ids, so that the search finds one by any part of its id."""

    name = "requirements"
    label = "API"
    object_types: ClassVar[dict[str, ObjType]] = {"requirement": ObjType("requirement")}
    initial_data: ClassVar[dict[str, Any]] = {"pages": {}}

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield each with its page and its anchor, which is the id."""
        for page, ids in self.data["pages"].items():
            for id_ in ids:
                yield id_, id_, "requirement", page, id_, 0

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read."""
        self.data["pages"] |= {page: ids for page, ids in otherdata["pages"].items() if page in docnames}


def keep_ids(app: Sphinx, doctree: nodes.document) -> None:
    """Let the id of a requirement be its anchor, letter by letter, and be found by the search."""
    page = app.env.docname
    if not page.startswith("requirements/") or page == "requirements/index":
        return
    ids = []
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and "." in title.astext():
            section["ids"] = [title.astext()]
            section["classes"].append("requirement")
            ids.append(title.astext())
    app.env.get_domain("requirements").data["pages"][page] = ids


def shorten_contents(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Leave out of a page's own contents what all ids on it begin with."""
    if page.startswith("requirements/"):
        context["toc"] = context["toc"].replace(f">{page.partition('/')[2]}.", ">")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add both to Sphinx, the anchors before it reads them for its tables of contents."""
    app.add_domain(Requirements)
    app.connect("doctree-read", keep_ids, priority=100)
    app.connect("html-page-context", shorten_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
