"""In what way something differs from what is expected: as the check says that found it, else by what it tells.

The checks that know a fault's kind set `Finding.difference`.  Of the others the topic of the requirement tells it, and
of documents the words of libxml2, which validates them.
"""

import re

from conformance.checks.finding import Difference, Finding

# What a fault is told to be → its kind; the first pattern that fits decides.
_WORDS: tuple[tuple[str, Difference], ...] = (
    (r"namespace", "namespace"),
    (r"Missing child element|is missing|are missing|is required but missing|^no (?:Error|\w+Request )", "missing"),
    (r"\b0 elements ", "missing"),
    (r"\b[0-9]+ elements ", "extra"),
    (r"^the root is ", "value"),
    (r"This element is not expected|is not allowed|not known here|child elements: |^also ", "extra"),
    (r"\[facet |not an element of the set", "value"),
    (r"not a valid value|Character content|Element content is not allowed|is not an? ", "type"),
    (r"not (?:an )?XML|not well-formed|not UTF-8|encoding", "encoding"),
)
# The last parts of an id → the kind of what breaks such a requirement.
_TOPICS: tuple[tuple[str, Difference], ...] = (
    (r"namespace", "namespace"),
    (r"(?:^|[.-])order$", "order"),
    (r"escaped|well-formed|parsable|declaration|not-xml|encoding|decoding", "encoding"),
    (r"required|present|presence|operation-request|nonempty|\.complete|\.HITGroupId$", "missing"),
    (
        r"success-has-no-errors|invalid-empty|schema-names|nothing-else|request-off|\.old$|\.new$|unknown|repeated",
        "extra",
    ),
    (r"\.(?:type|format|boolean-form|timestamps-utc|SubmitTime\.utc)$", "type"),
    (
        r"\.(?:values?|is-valid|range|max|maxlen|min|positive|size|response|no-fraction|root|code-prefix|invalid"
        r"|elements|value-kind|parameters|AvailableBalance|OnHoldBalance|request-group|SubjectId|DataPoint"
        r"|QualificationRequestId|request-id-unique|count|unique|Enumeration|style-values)$",
        "value",
    ),
)
_DECIDED_BY_WORDS = (".elements", ".element", ".schema", ".schema-invalid", ".error-structure", ".error-data")
"""Ends of ids of requirements that can be missed in several ways."""


_BY_PARSER = re.compile(r"Element '|not well-formed|encoding: |not an XML|empty: |in (?:the|no) namespace")
"""How what a parser or a validator says of a document begins."""
_BY_WORDS, _BY_TOPIC = ([(re.compile(text), kind) for text, kind in table] for table in (_WORDS, _TOPICS))


def difference_of(finding: Finding) -> Difference:
    """Return the kind of what a finding that misses something, or tells something, is about."""
    if finding.difference is not None:
        return finding.difference
    topic = finding.requirement
    several = topic.endswith(_DECIDED_BY_WORDS) or "." not in topic or _BY_PARSER.match(finding.actual) is not None
    return (_first(_BY_WORDS, finding.actual) if several else None) or _first(_BY_TOPIC, topic) or "other"


def _first(table: list[tuple[re.Pattern[str], Difference]], text: str) -> Difference | None:
    return next((difference for pattern, difference in table if pattern.search(text)), None)
