"""Whatever an endpoint says is text on the page: it makes no element, no attribute and no invisible character."""

import unicodedata
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from conformance.record.reader import Record

RecordNamed = Callable[..., Record]
PageOf = Callable[[Record], str]
# What the page itself uses; whatever breaks out of a text or an attribute shows as something else.
ELEMENTS = """
    html head meta title style script body a header div p h1 h2 h3 h4 span meter table caption thead tbody tr th td dl
    dt dd bdi nav ul ol li form label input select option button main section article pre code b i del ins details
    summary footer
"""
ATTRIBUTES = """
    lang charset http-equiv content name class href id tabindex role hidden type value min max scope colspan title
    autocomplete spellcheck placeholder open
"""
PIECES = st.sampled_from(
    [
        "<",
        ">",
        '"',
        "'",
        "&",
        "</script>",
        "<!--",
        "-->",
        "]]>",
        "{{",
        "}}",
        "{%",
        "javascript:",
        "\u202e",
        "\u2028",
        "\x00",
    ]
)
HOSTILE = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join)


def assert_harmless(page: str) -> None:
    """Fail where the page has an element, attribute, address or character that it should not have."""
    document = html.document_fromstring(page)
    elements = [one for one in document.iter() if one.tag is not html.HtmlComment]
    assert {one.tag if isinstance(one.tag, str) else "comment" for one in elements} <= set(ELEMENTS.split())
    names = {name for one in elements for name in one.attrib}
    assert {name for name in names if not name.startswith(("data-", "aria-"))} <= set(ATTRIBUTES.split())
    assert all(link.startswith("#") for link in document.xpath("//@href"))
    assert len(document.xpath("//script")) == len(document.xpath("//style")) == 1
    strange = {one for one in page if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")}
    assert strange == set()


def test_payloads_in_every_field_stay_text(record_named: RecordNamed, page_of: PageOf) -> None:
    """Bodies, headers, URLs, reasons, messages, names: all that the payload has is seen and none of it works."""
    page = page_of(record_named("hostile"))
    assert_harmless(page)
    assert page.count("&lt;script&gt;window.pwned=1") > 20
    assert "\\u202egnirts" in page


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=HOSTILE)
def test_any_text_stays_text(payload: str, record_named: RecordNamed, page_of: PageOf) -> None:
    """The page of any payload has the elements of the page of a harmless one of its kind, and no others."""
    assert_harmless(page_of(record_named("hostile", payload)))


def test_the_policy_allows_what_the_page_brings_and_nothing_else(record_named: RecordNamed, page_of: PageOf) -> None:
    """Nothing is loaded from anywhere, and neither style nor script stands in an attribute."""
    document = html.document_fromstring(page_of(record_named("ordinary")))
    (policy,) = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert document.xpath("//@style | //@src | //@*[starts-with(name(), 'on')]") == []
    assert document.xpath("//head/*[following-sibling::meta[@http-equiv]]/@charset") == ["utf-8"]
