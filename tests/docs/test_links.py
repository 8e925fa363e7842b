"""Links of the repository become links of the documentation site."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def links() -> ModuleType:
    """Load the module, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("links", ROOT / "website" / "links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("page", "written", "on_the_site"),
    [
        ("report.md", "[a](drivers.md#ids)", "[a](drivers.md#ids)"),
        ("tutorial/gate.md", "[a](../report.md)", "[a](../report.md)"),
        ("explanation/design.md", "[a](../../ARCHITECTURE.md)", "[a](architecture.md)"),
        ("explanation/architecture.md", "[a](docs/report.md#links)", "[a](../report.md#links)"),
        ("reference/schemas.md", "[a](../cases)", "[a](../requirements/index.md)"),
        ("index.md", "![a](pictures/terminal.svg)", "![a](pictures/terminal.svg)"),
        ("index.md", "[a](https://example.org/x) [b](#here)", "[a](https://example.org/x) [b](#here)"),
        ("index.md", "`[a](../nowhere.md)`", "`[a](../nowhere.md)`"),
        ("index.md", "```text\n[a](../nowhere.md)\n```", "```text\n[a](../nowhere.md)\n```"),
    ],
)
def test_a_link_leads_to_the_page_that_the_site_has(
    links: ModuleType, page: str, written: str, on_the_site: str
) -> None:
    """Seen from where the page lies in the repository, and from where it lies on the site."""
    assert links.PageLinks(page=page).rewritten(written) == on_the_site


def test_a_link_to_what_the_site_lacks_is_refused(links: ModuleType) -> None:
    """With the page that has it."""
    with pytest.raises(ValueError, match=r"docs/index\.md links to conformance/cli/run\.py"):
        links.PageLinks(page="index.md").rewritten("[a](../conformance/cli/run.py)")


def test_the_sources_of_the_site_are_there(links: ModuleType) -> None:
    """What is imported or published stands in the repository."""
    assert [name for name in (*links.IMPORTED.values(), *links.PUBLISHED) if not (ROOT / name).is_file()] == []
