"""Faults in how forms are judged: faulty ones taken, good ones refused, answers let through."""

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, acting, handling, planting, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import INVALID, Refusal
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.documents import BLOCK, DOCUMENTS, document_faults
from conformance.wire.flattening import Values

FORM, CONTENT = "QuestionForm", "FormattedContent"
_CARRIED = (("CreateQualificationType", "Test"), ("CreateHIT", "Question"))
_HARMLESS = (
    f'<QuestionForm xmlns="{DOCUMENTS[FORM]}"><Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent>'
    "<Text>x</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
    "</QuestionForm>"
)
_USED = "forms like these are in many calls that have to be accepted"

Judging = Callable[[Handler, Context, str, str], Values]


def _judging(judge: Judging) -> Plant:
    """Put ``judge`` round what makes objects of forms; it gets the name of the parameter and the form in it."""

    def at(operation: str, name: str) -> Plant:
        def wrapper(handler: Handler, context: Context) -> Values:
            form = context.values.optional(name, str)
            return handler(context) if form is None else judge(handler, context, name, form)

        return handling(operation, wrapper)

    return planting(*(at(*carried) for carried in _CARRIED))


def forms_overlooked(requirement: str) -> Plant:
    """Take forms that nothing is wrong with but what breaks this requirement."""

    def judge(handler: Handler, context: Context, name: str, form: str) -> Values:
        broken = {fault.requirement for fault in document_faults(form, expected=(FORM,))}
        return handler(with_values(context, **{name: _HARMLESS}) if broken == {requirement} else context)

    return _judging(judge)


def _pardoning(words: str) -> Plant:
    """Take forms that would be refused with a message of these words."""

    def judge(handler: Handler, context: Context, name: str, form: str) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if words not in str(refusal):
                raise
            return handler(with_values(context, **{name: _HARMLESS}))

    return _judging(judge)


def forms_refused(which: Callable[[str], bool]) -> Plant:
    """Refuse forms of a kind."""

    def judge(handler: Handler, context: Context, name: str, form: str) -> Values:
        if which(form):
            raise Refusal(unacceptable(name, form, "it is not supported", INVALID))
        return handler(context)

    return _judging(judge)


def _cleaning(change: Callable[[str], str]) -> Plant:
    """Repair blocks before they are judged."""

    def judge(handler: Handler, context: Context, name: str, form: str) -> Values:
        if BLOCK not in form or document_faults(form, expected=(FORM,)):
            return handler(context)
        root = etree.fromstring(form.encode())
        for block in root.iterfind(f".//{{*}}{BLOCK}"):
            block.text = change(block.text or "")
        return handler(with_values(context, **{name: etree.tostring(root, encoding="unicode")}))

    return _judging(judge)


def _without(pattern: str, instead: str = "") -> Plant:
    return _cleaning(lambda block: re.sub(pattern, instead, block, flags=re.DOTALL))


def _repaired(block: str) -> str:
    root = etree.fromstring(f"<{BLOCK}>{block}</{BLOCK}>".encode(), etree.XMLParser(recover=True))
    text = etree.tostring(root, encoding="unicode") if root is not None else ""
    return re.sub(rf"\A<{BLOCK}/?>|</{BLOCK}>\Z", "", text)


def _blocks(form: str) -> list[str]:
    return re.findall(rf"<{BLOCK}><!\[CDATA\[(.*?)\]\]>", form, flags=re.DOTALL)


_OVERLOOKED = (
    *("question-identifier", "question-content", "answer-specification", "child-order", "content-types", "root"),
    *("list-item", "formatted-content-cdata", "binary-order", "binary-type", "dataurl", "embedded-binary"),
    *("application", "java-applet", "flash", "application-parameter", "freetext-lines", "constraint-length-attrs"),
    *("constraint-regex-required", "selections", "selection-identifier", "selection-content", "style-values"),
    *("min-selection-default", "max-selection-default", "fileupload-sizes"),
)
_RULES = {
    "one-question": "it asks no Question",
    "question-identifier-unique": "have one QuestionIdentifier",
    "style-single": "is for one selection",
}
_CLEANED: dict[str, Plant] = {
    "no-script": _without(r'<script.*?</script>| on[a-z]+="[^"]*"'),
    "no-css": _without(r'<style.*?</style>| (class|style)="[^"]*"'),
    "no-id": _without(r' id="[^"]*"'),
    "no-div-span": _without(r"</?(div|span)>"),
    "no-comments": _without(r"<!--.*?-->"),
    "closed": _without(r"<br>", "<br/>"),
    "nested": _without(r"</b></i>\Z", "</i></b>"),
    "self-contained": _without(r"</p></p>\Z", "</p>"),
    "lowercase": _cleaning(lambda block: re.sub(r"</?[A-Z]+", lambda tag: tag[0].lower(), block)),
    "quoted": _without(r"=(\d+)", r'="\1"'),
    "url-methods": _without("file:///", "https://"),
    "title-dir-lang": _without(r'<br (lang|dir)="[^"]*"', "<br"),
    "img-alt-src": _without(r"<img src", '<img alt="" src'),
    "area-alt": _without(r"<area href", '<area alt="" href'),
    "map-name": _without(r"<map>", '<map name="m">'),
    "tag-list": _without(r"<(form|iframe|input|object|embed)/>"),
    "invalid-fails-call": _without(r' colour="[^"]*"'),
}
_GOOD_BLOCKS = (
    *(f"{CONTENT}.{topic}" for topic in ("valid-accepted", "any-number", "entities", "plain-text", "closed")),
    *(f"{CONTENT}.{topic}" for topic in ("tag-list", "title-dir-lang", "url-methods")),
    *(f"{FORM}.{topic}" for topic in ("formatted-content-cdata", "content-types")),
)

_JUDGED = (
    *(
        defect(f"forms/{topic}-overlooked", forms_overlooked(f"{FORM}.{topic}"), f"{FORM}.{topic}")
        for topic in _OVERLOOKED
    ),
    *(defect(f"forms/{topic}-pardoned", _pardoning(words), f"{FORM}.{topic}") for topic, words in _RULES.items()),
    defect(
        "forms/of-2017-refused",
        forms_refused(lambda form: "/2017-11-06/" in form),
        f"{FORM}.namespace-2017",
    ),
    defect(
        "forms/display-name-demanded",
        forms_refused(lambda form: "<IsRequired>true" in form and "<DisplayName>" not in form),
        f"{FORM}.display-name-optional",
    ),
    defect(
        "forms/lines-of-free-text-demanded",
        forms_refused(lambda form: "<FreeTextAnswer/>" in form),
        f"{FORM}.freetext-optional-parts",
        also=(f"{FORM}.*", f"{CONTENT}.*", "CreateQualificationType.*", "CreateHIT.*"),
        because=_USED,
    ),
    defect(
        "forms/other-selection-refused", forms_refused(lambda form: "OtherSelection" in form), f"{FORM}.other-selection"
    ),
    defect("forms/combobox-refused", forms_refused(lambda form: "combobox" in form), f"{FORM}.style-values"),
    *(
        defect(f"content/{topic}-cleaned-away", plant, f"{CONTENT}.{topic}", also=(f"{CONTENT}.*",), because=_USED)
        for topic, plant in _CLEANED.items()
    ),
    defect(
        "content/repaired",
        _cleaning(_repaired),
        *(f"{CONTENT}.{topic}" for topic in ("closed", "nested", "self-contained", "quoted", "invalid-fails-call")),
        also=(f"{CONTENT}.*",),
        because="a lenient parser leaves out other faults too",
    ),
    defect(
        "content/tables-with-borders-refused",
        forms_refused(lambda form: any('<table border="1">' in block for block in _blocks(form))),
        f"{CONTENT}.valid-accepted",
    ),
    defect("content/one-block-only", forms_refused(lambda form: len(_blocks(form)) > 1), f"{CONTENT}.any-number"),
    defect(
        "content/namespace-demanded",
        forms_refused(lambda form: any("xmlns" not in block for block in _blocks(form))),
        f"{CONTENT}.no-namespace-needed",
        also=_GOOD_BLOCKS,
        because="their blocks have no namespace either",
    ),
    defect(
        "content/tags-demanded",
        forms_refused(lambda form: any("<" not in block for block in _blocks(form))),
        f"{CONTENT}.plain-text",
    ),
    defect(
        "content/entities-unknown",
        forms_refused(lambda form: any("&nbsp;" in block for block in _blocks(form))),
        f"{CONTENT}.entities",
    ),
    defect("content/tag-center-unknown", forms_refused(lambda form: "<center>" in form), f"{CONTENT}.tag-list"),
)

# Answers to tests


def _asking(change: Callable[[str], str]) -> Plant:
    """Hold the answers to a test against another form than the one that the Worker was given."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        store = visit.store
        record = store.last_request(visit.text("qualification_type_id"), visit.worker_id)
        if record is None or record.test is None:
            return action(visit)
        store.save_request(replace(record, test=replace(record.test, form=change(record.test.form))))
        try:
            return action(visit)
        finally:
            after = store.qualification_requests[record.qualification_request_id]
            store.save_request(replace(after, test=record.test))

    return acting("submit-test", wrapper)


def _asking_without(pattern: str, instead: str = "") -> Plant:
    return _asking(lambda form: re.sub(pattern, instead, form))


def _one_less(limit: re.Match[str]) -> str:
    return f'minValue="{int(limit[1]) - 1}"'


_ANSWERED = (
    ("required-not-needed", _asking_without("<IsRequired>true", "<IsRequired>false"), "is-required-true"),
    (
        "all-required",
        _asking_without(
            "</QuestionIdentifier><QuestionContent>",
            "</QuestionIdentifier><IsRequired>true</IsRequired><QuestionContent>",
        ),
        "is-required-default",
    ),
    ("any-number", _asking_without("<IsNumeric[^>]*>"), "constraint-numeric"),
    (
        "number-one-too-small",
        _asking(lambda form: re.sub('minValue="([0-9]+)"', _one_less, form)),
        "constraint-numeric",
    ),
    ("of-any-length", _asking_without('<Length minLength="2" maxLength[^>]*>'), "constraint-length"),
    ("minimum-not-needed", _asking_without("<Length minLength=.2./>"), "constraint-minlength-implies-required"),
    (
        "first-pattern-only",
        _asking_without("(<AnswerFormatRegex[^>]*>)<AnswerFormatRegex[^>]*>", r"\1"),
        "constraint-regex",
    ),
    ("flags-ignored", _asking_without(' flags="i"'), "constraint-regex-flags"),
)

DEFECTS: tuple[Defect, ...] = (
    *_JUDGED,
    *(defect(f"test-answers/{name}", plant, f"{FORM}.{topic}") for name, plant, topic in _ANSWERED),
)
