"""The documentation site that was built into build/site, as a reader meets it (``tox -e docs``)."""

import os
import posixpath
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from conformance.spec.requirements import requirements
from conformance.target.profile_keys import KEYS, MEANINGS

SITE = Path(__file__).parents[2] / "build" / "site"
PAGES = sorted(SITE.rglob("*.html"))
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
LOADED = "//script/@src | //img/@src | //iframe/@src | //link/@href"
LARGEST_PAGE = 400_000
LARGEST_INDEX = 1_000_000


@cache
def parsed(page: Path) -> html.HtmlElement:
    """Return a page of the site."""
    return html.fromstring(page.read_bytes())


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return what a link can lead to within a page."""
    return frozenset(parsed(page).xpath("//@id")) | {"", "top"}


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead to nothing on the site; those that lead elsewhere are not followed."""
    found = []
    for link in parsed(page).xpath("//a/@href | //link/@href | //img/@src | //script/@src | //object/@data"):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        place = posixpath.normpath(posixpath.join(page.parent.as_posix(), unquote(parts.path))) if parts.path else page
        target = Path(place)
        if not target.is_file() or (target.suffix == ".html" and unquote(parts.fragment) not in anchors(target)):
            found.append(link)
    return found


def test_the_site_was_built() -> None:
    """`tox -e docs` does it before."""
    assert len(PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Pages, files, and the place within a page."""
    assert broken(page) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    """Neither by a page nor by a style."""
    loaded = [address for page in PAGES for address in parsed(page).xpath(LOADED) if urlsplit(address).netloc]
    styled = [
        address
        for style in SITE.rglob("*.css")
        for address in re.findall(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')]+)", style.read_text("utf-8"))
    ]
    assert loaded + styled == []


def test_every_requirement_has_its_permalink() -> None:
    """The page of its article, and its id letter by letter; the section has its sentence."""
    lacking = []
    for id_, requirement in requirements().items():
        page = parsed(SITE / "requirements" / f"{requirement.article}.html")
        sections = page.xpath("//section[@id=$id]", id=id_)
        if len(sections) != 1 or requirement.text not in sections[0].text_content():
            lacking.append(id_)
    assert lacking == []


def test_every_key_of_a_profile_is_described() -> None:
    """On the page of the profile."""
    assert list(MEANINGS) == list(KEYS)
    assert anchors(SITE / "reference" / "profile.html") >= {key.replace("_", "-") for key in KEYS}


def test_pages_are_of_a_sane_size() -> None:
    """And so is what the search loads."""
    sizes = {page.name: page.stat().st_size for page in PAGES}
    assert {name: size for name, size in sizes.items() if size > LARGEST_PAGE} == {}
    assert (SITE / "searchindex.js").stat().st_size < LARGEST_INDEX


def found_by_search(words: str) -> str:
    """Return the page that the search shows for some words, opened as a file, as Chromium has it."""
    assert CHROMIUM, "install Debian's package chromium, or name a Chromium in CHROMIUM"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", "--dump-dom"]
    address = f"{(SITE / 'search.html').as_uri()}?q={words}"
    done = subprocess.run([CHROMIUM, *options, address], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def test_the_search_works_without_a_server() -> None:
    """By a part of an id."""
    results = html.fromstring(found_by_search("CreateHIT.Reward")).xpath("//*[@id='search-results']//a/@href")
    assert any(urlsplit(link).fragment == "CreateHIT.Reward.required" for link in results)
