"""The marks that recorders leave where they took something secret out."""

import re

_WORDS = r"redacted|scrubbed|filtered|removed|masked|censored|sanitized|sanitised"
_MARK = re.compile(
    rf"(?i:[\W_]*(?:{_WORDS})(?:[\W_]+(?:{_WORDS}))*[\W_]*)"  # REDACTED, [FILTERED], ***REMOVED***
    r"|<[A-Z][A-Z0-9_ -]*>|\[[A-Z][A-Z0-9_-]*\]|\{\{[\w .-]+\}\}"  # <AWS_KEY>, as filter_sensitive_data writes
    r"|[*•]{3,}|\.\.\.|…"
    r"|0{8}-0{4}-0{4}-0{4}-0{12}"
)
BEGIN = frozenset(word[0] for word in f"{_WORDS}|{_WORDS.upper()}".split("|"))
"""With one of these begins every mark of letters and digits alone."""
_LONGEST = 80


def scrubbed(text: str) -> bool:
    """Tell whether a whole text is such a mark."""
    if text.isalnum() and text.isascii() and text[0] not in BEGIN:  # as ids do, which are what is asked about most
        return False
    return 0 < len(text) <= _LONGEST and _MARK.fullmatch(text.strip()) is not None
