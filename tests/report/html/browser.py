"""The page in Chromium: fast, harmless whatever the endpoint said, and usable by mouse, keyboard, eye and paper.

Chromium is no Python package (Debian: chromium), so pytest collects this module only where it is named, as
``tox -e browser`` does; there a missing Chromium is a failure.  CHROMIUM names another than the one on the path.
"""

import os
import shutil
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conformance.record.reader import Record

Opened = Callable[..., Page]
RecordNamed = Callable[..., Record]
PageOf = Callable[[Record], str]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIRST_PAINT = """new Promise(tell => new PerformanceObserver(list => tell(list.getEntries()
    .find(entry => entry.name === 'first-contentful-paint').startTime)).observe({type: 'paint', buffered: true}))"""
ACT_ON_ALL = """() => { for (const one of document.querySelectorAll('body *')) {
    if (one.localName === 'details') one.open = true;
    for (const name of ['mouseover', 'focus', 'click', 'error', 'load'])
        if (one.localName !== 'button' && one.localName !== 'a') one.dispatchEvent(new Event(name)); } }"""
# Every text against the nearest ground behind it that is one colour; AA asks for 4.5, or 3 where it is large.
LOW_CONTRAST = """() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    const behind = one => { for (; one; one = one.parentElement) {
        const style = getComputedStyle(one);
        if (style.backgroundImage !== 'none') return null;
        const found = channels(style.backgroundColor);
        if (found.length < 4 || found[3] === 1) return found; } return [255, 255, 255]; };
    const low = [];
    for (const one of document.querySelectorAll('body *')) {
        if (![...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !one.checkVisibility()) continue;
        const style = getComputedStyle(one), ground = behind(one);
        if (!ground || one.closest('.unseen, option')) continue;
        const [a, b] = [light(channels(style.color)), light(ground)].sort((x, y) => y - x);
        const needed = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
        if ((a + 0.05) / (b + 0.05) < needed) low.push([one.textContent.slice(0, 30), style.color, ground.join()]);
    } return low; }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium with a profile of its own."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail("there is no chromium: install Debian's chromium, set CHROMIUM, or leave this out")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, record_named: RecordNamed, page_of: PageOf) -> Iterator[Opened]:
    """Return what opens the page of a named record, at an id if one is given, in a context of its own."""
    contexts = []

    def at(name: str = "ordinary", fragment: str = "", edit: Callable[[str], str] = str, **options: object) -> Page:
        file = tmp_path / f"{name}-{len(contexts)}.html"
        file.write_text(edit(page_of(record_named(name))), "utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.asked = []  # what the page asks the network for
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("dialog", lambda dialog: page.asked.append("dialog"))
        page.on("popup", lambda popup: page.asked.append("popup"))
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield at
    for context in contexts:
        context.close()


def shown(page: Page, selector: str) -> list[str]:
    """Return the texts of the elements that are to be seen."""
    return [one.inner_text() for one in page.query_selector_all(selector) if one.is_visible()]


def test_two_thousand_faults_are_painted_within_a_second(opened: Opened) -> None:
    """The median of three, since a machine is sometimes busy."""
    times = [opened("large").evaluate(FIRST_PAINT) for _ in range(3)]
    assert statistics.median(times) <= 1000, times


@pytest.mark.parametrize("script", [True, False])
def test_nothing_that_an_endpoint_says_runs_or_is_loaded(opened: Opened, script: bool) -> None:
    """Whatever is opened, pointed at or focused: no script runs, no request leaves, no dialog comes up."""
    page = opened("hostile", java_script_enabled=script)
    page.evaluate(ACT_ON_ALL)
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    assert "pwned" not in page.title()
    assert page.asked == [page.url]
    assert len(page.query_selector_all("script, style, base, img, svg, iframe, link, object, embed")) == 2


def test_the_policy_stops_what_would_get_through(opened: Opened) -> None:
    """The same payload written into the page unescaped: without the policy it works, with it nothing does."""
    raw = (
        "<script>window.pwned=1</script><img src=http://127.0.0.1:9/i onerror=window.pwned=5>"
        "<svg onload=window.pwned=6></svg><link rel=stylesheet href=http://127.0.0.1:9/c>"
        "<iframe src=http://127.0.0.1:9/f></iframe><p style='color: red' id=styled>x</p>"
    )

    def injected(page: str) -> str:
        return page.replace('<main id="main"', f'{raw}<main id="main"')

    unguarded = opened(edit=lambda page: injected(page).replace("Content-Security-Policy", "X"))
    assert unguarded.evaluate("window.pwned") is not None
    assert len(unguarded.asked) > 1
    guarded = opened(edit=injected)
    guarded.wait_for_timeout(300)
    assert guarded.evaluate("window.pwned") is None
    assert not [url for url in guarded.asked if url.startswith("http") and not _stopped(guarded, url)]
    assert guarded.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"


def _stopped(page: Page, url: str) -> bool:
    """Return whether nothing came of a request: the policy stops it before the network."""
    return not page.evaluate("url => performance.getEntriesByName(url).some(one => one.responseStart > 0)", url)


def test_filters_narrow_what_is_shown_and_say_so(opened: Opened) -> None:
    """By verdict, by version as it was there, and not at all once cleared."""
    page = opened()
    page.select_option("select[name=verdict]", label="fail")
    told = page.locator(".result")
    expect(told).to_have_text("2 faults and 2 requirements shown")
    assert len(shown(page, "article")) == 2
    assert shown(page, "#blocked") == shown(page, "#warnings") == []
    page.select_option("select[name=version]", label="2008-08-02")
    expect(told).to_have_text("0 faults and 0 requirements shown")
    page.select_option("select[name=verdict]", label="pass")
    expect(told).to_have_text("0 faults and 1 requirement shown")
    page.click("text=Clear")
    expect(told).to_have_text("")
    assert len(shown(page, "article")) == 4
    page.select_option("select[name=binding]", label="soap")
    expect(told).to_have_text("0 faults and 1 requirement shown")


def test_search_finds_every_word_of_a_text(opened: Opened) -> None:
    """In ids, sentences and exchanges."""
    page = opened()
    page.fill("input[name=text]", "blockedworkers BAD")
    expect(page.locator(".result")).to_have_text("1 fault and 0 requirements shown")
    assert "BlockWorker.Reason.stored" in shown(page, "article")[0]
    page.fill("input[name=text]", "no such thing")
    expect(page.locator(".result")).to_have_text("0 faults and 0 requirements shown")


def test_a_field_of_the_map_shows_what_it_counts(opened: Opened) -> None:
    """Its faults and its requirements."""
    page = opened()
    page.click(".heat td.warn a >> nth=0")
    assert page.inner_text(".result") == "1 fault and 1 requirement shown"


@pytest.mark.parametrize("script", [True, False])
def test_a_permalink_leads_to_its_requirement(opened: Opened, script: bool) -> None:
    """To the fault where there is one, else to the row."""
    for name in ("BlockWorker.Reason.stored", "GetAccountBalance.Result.element"):
        page = opened(
            fragment=f"#{name}",
            java_script_enabled=script,
            viewport={"width": 900, "height": 500},
            reduced_motion="reduce",
        )
        page.wait_for_timeout(400)
        top = page.evaluate("name => document.getElementById(name).getBoundingClientRect().top", name)
        assert -5 <= top <= 480


def test_a_permalink_shows_what_a_filter_hides(opened: Opened) -> None:
    """The filter gives way."""
    page = opened()
    page.select_option("select[name=verdict]", label="pass")
    expect(page.locator(".result")).not_to_have_text("")
    page.evaluate("location.hash = '#RejectAssignment.already-approved'")
    expect(page.locator(".result")).to_have_text("")
    assert page.is_visible("[id='RejectAssignment.already-approved']")


def test_everything_can_be_reached_and_used_by_keyboard(opened: Opened) -> None:
    """First the way past the top; then whatever has the focus shows it; a slash leads to the search."""
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page = opened()
    seen = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(one => [one.localName, getComputedStyle(one).outlineStyle])(document.activeElement)"
        )
        if name == "body":
            break
        seen.add(name)
        assert outline != "none", name
    assert {"a", "button", "input", "select", "summary", "pre", "code"} <= seen
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"


def test_a_line_can_be_copied(opened: Opened) -> None:
    """The button says that it was."""
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.click(".line button >> nth=0")
    expect(page.locator(".line button").first).to_contain_text("Copied")
    assert (
        page.evaluate("navigator.clipboard.readText()") == "mturk-conformance replay r.jsonl BlockWorker.Reason.stored"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ordinary", "hostile"])
def test_every_text_stands_out_from_its_ground(opened: Opened, scheme: str, name: str) -> None:
    """By AA, in both schemes, with everything opened."""
    page = opened(name, color_scheme=scheme)
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    assert page.evaluate(LOW_CONTRAST) == []


def test_the_colours_are_those_of_the_system_until_switched(opened: Opened) -> None:
    """And they stay as switched when the page is loaded again."""
    page = opened(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.click("text=Colours: auto")
    assert page.evaluate(ground) != dark
    page.reload()
    assert page.is_visible("text=Colours: light")
    page.click("text=Colours: light")
    assert page.evaluate(ground) == dark


def test_all_can_be_read_without_script(opened: Opened) -> None:
    """What is folded opens by itself, and nothing is offered that would not work."""
    page = opened(java_script_enabled=False)
    assert len(shown(page, "article")) == 4
    assert page.query_selector_all("button:visible, input:visible") == []
    assert not page.is_visible("pre.wire >> nth=0")
    page.click("summary:has-text('Exchange') >> nth=0")
    assert page.is_visible("pre.wire >> nth=0")


def test_nothing_is_wider_than_a_telephone(opened: Opened) -> None:
    """400 pixels; the map scrolls within itself."""
    for name in ("ordinary", "hostile"):
        page = opened(name, viewport={"width": 400, "height": 800})
        page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("script", [True, False])
def test_it_prints_whole(opened: Opened, script: bool) -> None:
    """Everything open, nothing to press, in dark ink on white whatever the screen is."""
    page = opened(java_script_enabled=script, color_scheme="dark")
    on_paper = page.pdf(format="A4")
    assert on_paper.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('pre.wire')].every(one => one.getBoundingClientRect().height)")
    assert page.query_selector_all("button:visible, form:visible, nav:visible") == []
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 30, 32)"
