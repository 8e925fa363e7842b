"""A QuestionFormAnswers or a QuestionForm in which nothing is wrong, recognised from its bytes inside a message.

The markup of a document is escaped there, so its characters are looked at as the message writes them; what uses more
than the plainest means, names a question twice, or tells of uploads or selections to choose from, is not recognised,
and is judged as it always is.
"""

import re

from conformance.spec.documents import DOCUMENTS

LONGEST_FORM = 65_535
"""The bytes that a QuestionForm may have; written in a message it has no fewer."""

_L, _R, _Q = rb"&lt;", rb"(?:&gt;|>)", rb"(?:\"|&quot;)"
_GAP = rb"[ \t\n]*+"
_PLAIN = rb"[^&]"  # the message is of good characters, and has no markup here
_INNER = rb"&(?:amp;(?:lt|gt|amp|quot|apos|#(?:x[9AaDd]|9|10|13|34|39|1[2-9][0-9]|[2-9][0-9]{2}));|gt;|quot;|apos;)"
_TEXT = _PLAIN + rb"*+(?:" + _INNER + _PLAIN + rb"*+)*+"
_NAME = rb"[^<&\x00-\x1f]{1,500}+"


def _element(name: bytes, content: bytes) -> bytes:
    return _L + name + _R + content + _L + rb"/" + name + _R


def _empty(name: bytes) -> bytes:
    return _L + name + rb" ?/" + _R


def _text_element(name: bytes) -> bytes:
    return rb"(?:" + _element(name, _TEXT) + rb"|" + _empty(name) + rb")"


def _document(name: str, content: bytes) -> re.Pattern[bytes]:
    root = _L + name.encode() + rb" xmlns=" + _Q + re.escape(DOCUMENTS[name].encode()) + _Q + rb" ?" + _R
    return re.compile(
        _GAP + rb"(?:" + _DECLARATION + rb")?" + _GAP + root + _GAP + content + _L + rb"/" + name.encode() + _R + _GAP
    )


_DECLARATION = (
    _L
    + rb"\?xml version=\Q1\.0\Q(?: encoding=\Q(?:UTF|utf)-8\Q)?(?: standalone=\Q(?:yes|no)\Q)? ?\?".replace(rb"\Q", _Q)
    + _R
)
_IDENTIFIER = _element(b"QuestionIdentifier", _NAME) + _GAP
_GIVEN = (
    rb"(?:"
    + _text_element(b"FreeText")
    + rb"|(?:"
    + _text_element(b"SelectionIdentifier")
    + _GAP
    + rb")*+(?:"
    + _text_element(b"OtherSelectionText")
    + rb")?+)"
)
_ANSWERS = _document(
    "QuestionFormAnswers", rb"(?:" + _element(b"Answer", _GAP + _IDENTIFIER + _GIVEN + _GAP) + _GAP + rb")++"
)
_SHOWN = _GAP + rb"(?:(?:" + _text_element(b"Title") + rb"|" + _text_element(b"Text") + rb")" + _GAP + rb")++"
_ASKED = (
    _GAP
    + _IDENTIFIER
    + rb"(?:"
    + _text_element(b"DisplayName")
    + _GAP
    + rb")?+(?:"
    + _element(b"IsRequired", rb"(?:true|false|0|1)")
    + _GAP
    + rb")?+"
    + _element(b"QuestionContent", _SHOWN)
    + _GAP
    + _element(
        b"AnswerSpecification",
        _GAP + rb"(?:" + _empty(b"FreeTextAnswer") + rb"|" + _element(b"FreeTextAnswer", _GAP) + rb")" + _GAP,
    )
    + _GAP
)
_FORM = _document(
    "QuestionForm",
    rb"(?:" + _element(b"Overview", _SHOWN) + _GAP + rb")*+(?:" + _element(b"Question", _ASKED) + _GAP + rb")++",
)
_IDENTIFIER_TAG = b"&lt;QuestionIdentifier&gt;"
_IDENTIFIERS = re.compile(_L + rb"QuestionIdentifier" + _R + rb"([^&]*)")

PLAIN_ANSWERS = (
    b"&lt;QuestionFormAnswers xmlns=&quot;"
    + DOCUMENTS["QuestionFormAnswers"].encode()
    + b"&quot;&gt;&lt;Answer&gt;&lt;QuestionIdentifier&gt;q&lt;/QuestionIdentifier&gt;&lt;FreeText&gt;&lt;/FreeText&gt;"
    b"&lt;/Answer&gt;&lt;/QuestionFormAnswers&gt;"
)
"""The shortest of them: what it shows, all of them show."""


def are_plain_answers(octets: bytes) -> bool:
    """Tell whether bytes of a message, which is well-formed and of good characters, are such a QuestionFormAnswers."""
    return _is_plain(_ANSWERS, octets)


def is_plain_form(octets: bytes) -> bool:
    """Tell whether bytes of a message, which is well-formed and of good characters, are such a QuestionForm."""
    return len(octets) <= LONGEST_FORM and _is_plain(_FORM, octets)


def _is_plain(pattern: re.Pattern[bytes], octets: bytes) -> bool:
    if (b"]" in octets and b"]]&gt;" in octets) or pattern.fullmatch(octets) is None:
        return False
    # To split is faster, but for that there has to be one way to write it.
    pieces = octets.split(_IDENTIFIER_TAG)
    names = _IDENTIFIERS.findall(octets) if b">" in octets else [one[: one.index(b"&")] for one in pieces[1:]]
    return len(set(names)) == len(names)
