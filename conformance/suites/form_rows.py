"""QuestionForms that show one requirement each: some that have to be taken, some that have to be refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.strategies.faulty_content import BLOCK_FAULTS
from conformance.strategies.faulty_documents import FORM_FAULTS, FORM_RULE_FAULTS, spoil
from conformance.suites.answer_keys import form_of

PLAIN = "<FreeTextAnswer/>"
URL = "<DataURL>https://example.org/a.png</DataURL>"
SIZE = "<Width>10</Width><Height>20</Height>"
ONE = "<Selection><SelectionIdentifier>a</SelectionIdentifier><Text>A</Text></Selection>"
TWO = ONE + ONE.replace(">a<", ">b<")
IMAGE = "<MimeType><Type>image</Type></MimeType>"
BINARY = f"<Binary>{IMAGE}{URL}<AltText>A</AltText></Binary>"
MIME = "<EmbeddedMimeType><Type>video</Type><SubType>mpeg</SubType></EmbeddedMimeType>"
EMBEDDED = f"<EmbeddedBinary>{MIME}{URL}<AltText>A</AltText>{SIZE}</EmbeddedBinary>"
APPLET = f"<AppletPath>https://example.org/</AppletPath><AppletFilename>a.class</AppletFilename>{SIZE}"
FLASH = f"<FlashMovieURL>https://example.org/a.swf</FlashMovieURL>{SIZE}"
PAIR = "<ApplicationParameter><Name>n</Name><Value>v</Value></ApplicationParameter>"
OVERVIEW = "<Overview><Text>Read this</Text></Overview>"
STYLES = ("radiobutton", "checkbox", "list", "dropdown", "combobox", "multichooser")
TABLE = '<table border="1"><tr><td align="center"><b>X</b></td></tr></table>'
MEDIA = '<p><img alt="a" src="https://example.org/a.gif"/></p>'
_TEXT_TAGS = (
    *("b", "big", "center", "cite", "code", "del", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("i", "ins", "p", "pre", "q", "small", "strong", "sub", "sup", "u"),
)
SMALLEST: Mapping[str, str] = {
    "a": '<a href="https://example.org/">x</a>',
    "area": '<map name="m"><area alt="a" href="https://example.org/"/></map>',
    "blockquote": "<blockquote><p>x</p></blockquote>",
    "br": "x<br/>y",
    "col": "<table><col/><tr><td>x</td></tr></table>",
    "colgroup": "<table><colgroup><col/></colgroup><tr><td>x</td></tr></table>",
    "dd": "<dl><dd>x</dd></dl>",
    "hr": "<hr/>",
    "img": MEDIA,
    "li": "<ul><li>x</li></ul>",
    "ol": "<ol><li>x</li></ol>",
    "tbody": "<table><tbody><tr><td>x</td></tr></tbody></table>",
    "tfoot": "<table><tfoot><tr><td>x</td></tr></tfoot><tbody><tr><td>x</td></tr></tbody></table>",
    "th": "<table><thead><tr><th>x</th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>",
    **{tag: f"<{tag}>x</{tag}>" for tag in _TEXT_TAGS},
}
"""Tags of the article → a block that shows each; dl, map, table, td, thead, tr and ul are in those of others."""
METHODS = ("http", "https", "ftp", "news", "nntp", "mailto", "gopher", "telnet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What a service has to take, what it has to refuse, and what it may do either: name → QuestionForm."""

    requirement: str
    accepted: Mapping[str, str]
    refused: Mapping[str, str]
    told: Mapping[str, str]


def asked(answer: str = PLAIN, content: str = "<Text>What?</Text>", name: str = "q", more: str = "") -> str:
    """Return a Question with this answer specification and content; ``more`` stands behind its identifier."""
    return (
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier>{more}<QuestionContent>{content}</QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


def shown(content: str) -> str:
    """Return a form of one question with this content."""
    return form_of(asked(content=content))


def answered(specification: str) -> str:
    """Return a form of one question with this answer specification."""
    return form_of(asked(specification))


def free(constraint: str) -> str:
    """Return a form that asks for free text under a constraint."""
    return answered(f"<FreeTextAnswer><Constraints>{constraint}</Constraints></FreeTextAnswer>")


def choice(selections: str = TWO, before: str = "") -> str:
    """Return a form of one choice."""
    return answered(f"<SelectionAnswer>{before}<Selections>{selections}</Selections></SelectionAnswer>")


def blocks(*texts: str) -> str:
    """Return a form whose content is these blocks of FormattedContent."""
    return shown("".join(f"<FormattedContent><![CDATA[{text}]]></FormattedContent>" for text in texts))


def _without(markup: str, *parts: str) -> dict[str, str]:
    """Return the content without each of its parts in turn."""
    return {f"without {part[1:12]}…": shown(markup.replace(part, "")) for part in parts}


_APPLET = f"<Application><JavaApplet>{APPLET}</JavaApplet></Application>"
_FLASH = f"<Application><Flash>{FLASH}</Flash></Application>"
_LACKING = "<ApplicationParameter><Name>n</Name></ApplicationParameter>"
_EVERYTHING = (
    "<Title>T</Title><Text>t</Text><List><ListItem>l</ListItem></List>"
    f"{BINARY}{_APPLET}{EMBEDDED}<FormattedContent><![CDATA[<p>x</p>]]></FormattedContent><Text>t</Text>"
)
_LINKS = "".join(f'<p><a href="{method}://example.org/">x</a></p>' for method in METHODS)
_MANY = "".join(
    f"<Text>t</Text><FormattedContent><![CDATA[<p>{number}</p>]]></FormattedContent>" for number in range(3)
)
ACCEPTED: dict[str, dict[str, str]] = {
    "QuestionForm.root": {
        "Overview, Question, Overview, Question": form_of(OVERVIEW + asked() + OVERVIEW + asked(name="r")),
        "Question, Overview": form_of(asked() + OVERVIEW),
    },
    "QuestionForm.display-name-optional": {"no DisplayName": form_of(asked(more="<IsRequired>true</IsRequired>"))},
    "QuestionForm.freetext-optional-parts": {"an empty FreeTextAnswer": answered(PLAIN)},
    "QuestionForm.constraint-regex-required": {"regex alone": free('<AnswerFormatRegex regex="a"/>')},
    "QuestionForm.other-selection": {"OtherSelection": choice(f"{TWO}<OtherSelection/>")},
    "QuestionForm.min-selection-default": {"0": choice(before="<MinSelectionCount>0</MinSelectionCount>")},
    "QuestionForm.max-selection-default": {"2 of 2": choice(before="<MaxSelectionCount>2</MaxSelectionCount>")},
    "QuestionForm.style-values": {
        style: choice(before=f"<StyleSuggestion>{style}</StyleSuggestion>") for style in STYLES
    },
    "QuestionForm.content-types": {"one of each kind": shown(_EVERYTHING)},
    "QuestionForm.formatted-content-cdata": {"a CDATA section": blocks("<p>x</p>")},
    "QuestionForm.binary-type": {"image without SubType": shown(BINARY)},
    "QuestionForm.dataurl": {"https": shown(BINARY)},
    "QuestionForm.application-parameter": {
        f"{count} parameters": shown(_APPLET.replace("</JavaApplet>", f"{PAIR * count}</JavaApplet>"))
        for count in range(3)
    },
    "FormattedContent.valid-accepted": {"a table": blocks(TABLE)},
    "FormattedContent.any-number": {"three between Text elements": shown(_MANY)},
    "FormattedContent.no-namespace-needed": {"no xmlns": blocks("<p>x</p>")},
    "FormattedContent.plain-text": {"no tag": blocks("This is a sentence.")},
    "FormattedContent.entities": {"&nbsp;": blocks("<p>a&nbsp;b</p>")},
    "FormattedContent.closed": {"an empty tag": blocks("a<br/>b")},
    "FormattedContent.tag-list": {"all tags": blocks("".join(SMALLEST.values()))},
    "FormattedContent.title-dir-lang": {"all three": blocks('<p title="x" dir="ltr" lang="en">y</p>')},
    "FormattedContent.url-methods": {"eight methods": blocks(_LINKS)},
}
"""Requirement → forms that have to be taken."""
_ORDERED = "<IsRequired>true</IsRequired><DisplayName>Q</DisplayName>"
REFUSED: dict[str, dict[str, str]] = {
    "QuestionForm.child-order": {"IsRequired before DisplayName": form_of(asked(more=_ORDERED))},
    "QuestionForm.answer-specification": {"two kinds": answered(f"{PLAIN}<SelectionAnswer/>")},
    "QuestionForm.min-selection-default": {"-1": choice(before="<MinSelectionCount>-1</MinSelectionCount>")},
    "QuestionForm.binary-order": _without(BINARY, IMAGE, URL),
    "QuestionForm.embedded-binary": _without(EMBEDDED, MIME, URL, "<AltText>A</AltText>", "<Width>10</Width>")
    | _without(EMBEDDED, "<Height>20</Height>"),
    "QuestionForm.java-applet": _without(
        _APPLET,
        "<AppletPath>https://example.org/</AppletPath>",
        "<AppletFilename>a.class</AppletFilename>",
        "<Width>10</Width>",
        "<Height>20</Height>",
    ),
    "QuestionForm.flash": _without(
        _FLASH,
        "<FlashMovieURL>https://example.org/a.swf</FlashMovieURL>",
        "<Width>10</Width>",
        "<Height>20</Height>",
    ),
    "QuestionForm.application": {"both": shown(_APPLET.replace("</App", f"<Flash>{FLASH}</Flash></App", 1))},
    "QuestionForm.application-parameter": {
        "without Value": shown(_APPLET.replace("</JavaApplet>", f"{_LACKING}</JavaApplet>"))
    },
    "FormattedContent.self-contained": {"opened and closed in two blocks": blocks("<p>x", "y</p>")},
    "FormattedContent.invalid-fails-call": {"beside valid content": blocks(TABLE, "<div>x</div>")},
}
"""Requirement → forms that have to be refused, beside those that a known fault spoils."""
JUDGED_RULES = ("QuestionForm.one-question", "QuestionForm.question-identifier-unique", "QuestionForm.style-single")
TOLD_RULES = (
    "QuestionForm.embedded-subtype",
    "QuestionForm.selection-identifier",
    "QuestionForm.min-selection-default",
    "QuestionForm.max-selection-default",
    "FormattedContent.tag-list-schema-extra",
    "FormattedContent.mailto-form",
)


def _spoiled() -> Iterator[tuple[str, str, str, bool]]:
    """Yield what the known faults show: requirement, name, form, whether it has to be refused."""
    form = form_of(asked(more="<DisplayName>Q</DisplayName>"))
    for fault in {**FORM_FAULTS, **FORM_RULE_FAULTS}:
        requirement, _, what = fault.partition("/")
        told = fault not in FORM_FAULTS and requirement in TOLD_RULES
        if told or fault in FORM_FAULTS or fault in BLOCK_FAULTS or requirement in JUDGED_RULES:
            yield requirement, what, spoil(form, fault), not told


def form_rows() -> list[Forms]:
    """Return the forms of each requirement that is shown by CreateQualificationType."""
    refused: dict[str, dict[str, str]] = {name: dict(forms) for name, forms in REFUSED.items()}
    told: dict[str, dict[str, str]] = {}
    for requirement, what, form, judged in _spoiled():
        (refused if judged else told).setdefault(requirement, {})[what] = form
    names = sorted({*ACCEPTED, *refused, *told})
    return [
        Forms(
            requirement=name,
            accepted=ACCEPTED.get(name, {}),
            refused=refused.get(name, {}),
            told=told.get(name, {}),
        )
        for name in names
    ]
