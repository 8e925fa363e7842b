"""Captures of any size, from a seed: HAR files of a Requester's traffic, as a browser or a proxy exports them.

Four bodies in five have about 2 KB (an Assignment, a HIT with its Question, a short list, now and then a few words),
one in five about 50 KB (a page of Assignments or of HITs); every other body stands there in base64.  All ids and texts
differ; with ``repeating`` a client asks again for what it has asked for before, as one that polls does.  Other captures
are of all operations, as the suites call them.
"""

import base64
import json
import random
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from timing import KIT

from conformance.bindings.query import Credentials, write_call
from conformance.spec.documents import DOCUMENTS
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpResponse
from conformance.wire.timestamps import format_timestamp

VERSION = "2014-08-15"
URL = "https://mechanicalturk.example/"
CREDENTIALS = Credentials(access_key_id="AKIAEXAMPLEREQUESTER", secret_key="secret-of-nobody")
BEGIN = 1_408_096_800
ITEMS = 25
"""Assignments of a long page; of HITs there are twice as many."""
REPEATED = 0.6
"""With ``repeating``, the share of exchanges that came before, out of the last `WINDOW`."""
WINDOW = 500
_WORDS = [
    "bird",
    "wing",
    "beak",
    "feather",
    "flight",
    "nest",
    "egg",
    "song",
    "branch",
    "colour",
    "black",
    "white",
    "spotted",
    "small",
    "large",
    "young",
    "river",
    "forest",
    "photo",
    "blurred",
    "clear",
    "left",
    "right",
    "above",
    "none",
    "other",
    "unsure",
    "maybe",
    "certainly",
    "standing",
    "sitting",
    "flying",
    "&amp;",
    "<unknown>",
]
_ID = re.compile(
    r"(?<![A-Za-z0-9%])(?:(?=[0-9]*[A-Z])[1-9A-Z][A-Z0-9]{9,63}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![A-Za-z0-9])"
)
"""An id, of the service's or of a request; no constant of the API is written like it."""
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Traffic:
    """Makes up exchanges; each call of ``exchange`` returns the next one."""

    def __init__(self, seed: int, *, repeating: bool = False) -> None:
        self._random = random.Random(seed)
        self._repeating = repeating
        self._last: list[Exchange] = []
        self._now = float(BEGIN)
        self._groups = [self._id(30) for _ in range(20)]

    def exchange(self) -> Exchange:
        """Return the next exchange."""
        if self._repeating and self._last and self._random.random() < REPEATED:
            return self._random.choice(self._last)
        self._now += self._random.uniform(0.2, 3)
        made = self._long() if self._random.random() < 0.2 else self._short()
        self._last.append(made)
        del self._last[:-WINDOW]
        return made

    def _long(self) -> Exchange:
        if self._random.random() < 0.7:
            return self._assignments(ITEMS)
        return self._hits(2 * ITEMS)

    def _short(self) -> Exchange:
        kind = self._random.random()
        if kind < 0.35:
            return self._assignments(1)
        if kind < 0.65:
            return self._hit()
        if kind < 0.85:
            return self._hits(2)
        name = self._random.choice(("ApproveAssignment", "ExtendHIT"))
        values: Values = {"AssignmentId": [self._id(30)]} if name == "ApproveAssignment" else {"HITId": [self._id(30)]}
        if name == "ExtendHIT":
            values = {**values, "MaxAssignmentsIncrement": ["1"]}
        return self._answered(name, values, f"<{name}Result>{_VALID}</{name}Result>")

    def _assignments(self, count: int) -> Exchange:
        hit = self._id(30)
        items = "".join(self._assignment(hit) for _ in range(count))
        counted = (
            f"<NumResults>{count}</NumResults><TotalNumResults>{count}</TotalNumResults><PageNumber>1</PageNumber>"
        )
        name = "GetAssignmentsForHIT"
        return self._answered(name, {"HITId": [hit]}, f"<{name}Result>{_VALID}{counted}{items}</{name}Result>")

    def _assignment(self, hit: str) -> str:
        status = self._random.choice(("Submitted", "Approved", "Rejected"))
        answers = "".join(
            f"<Answer>\n<QuestionIdentifier>q{number}</QuestionIdentifier>\n<FreeText>{escape(self._text(14))}</FreeText>"
            "\n</Answer>\n"
            for number in range(1, 8)
        )
        document = (
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
            f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">\n{answers}</QuestionFormAnswers>\n'
        )
        decided = "" if status == "Submitted" else f"<{_DECIDED[status]}>{self._time(9)}</{_DECIDED[status]}>"
        feedback = f"<RequesterFeedback>{escape(self._text(6))}</RequesterFeedback>" if decided else ""
        return (
            f"<Assignment><AssignmentId>{self._id(30)}</AssignmentId><WorkerId>A{self._id(13)}</WorkerId>"
            f"<HITId>{hit}</HITId><AssignmentStatus>{status}</AssignmentStatus>"
            f"<AutoApprovalTime>{self._time(99)}</AutoApprovalTime><AcceptTime>{self._time(1)}</AcceptTime>"
            f"<SubmitTime>{self._time(2)}</SubmitTime>{decided}<Answer>{escape(document)}</Answer>{feedback}</Assignment>"
        )

    def _hits(self, count: int) -> Exchange:
        items = "".join(f"<HIT>{self._details()}</HIT>" for _ in range(count))
        counted = (
            f"<NumResults>{count}</NumResults><TotalNumResults>{count}</TotalNumResults><PageNumber>1</PageNumber>"
        )
        result = f"<SearchHITsResult>{_VALID}{counted}{items}</SearchHITsResult>"
        return self._answered("SearchHITs", {"PageSize": ["100"], "PageNumber": ["1"]}, result)

    def _hit(self) -> Exchange:
        hit = self._id(30)
        contents = "".join(
            f"<Question><QuestionIdentifier>q{number}</QuestionIdentifier><QuestionContent><Text>"
            f"{escape(self._text(12))}</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/>"
            "</AnswerSpecification></Question>"
            for number in range(1, 4)
        )
        form = f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}">{contents}</QuestionForm>'
        question = f"<Question>{escape(form)}</Question>"
        return self._answered("GetHIT", {"HITId": [hit]}, f"<HIT>{_VALID}{self._details(question, hit)}</HIT>")

    def _details(self, question: str = "", hit: str = "") -> str:
        cents = self._random.randint(1, 900)
        price = f"{cents // 100}.{cents % 100:02}"
        requirement = (
            "<QualificationRequirement><QualificationTypeId>000000000000000000L0</QualificationTypeId><Comparator>"
            f"GreaterThanOrEqualTo</Comparator><IntegerValue>{cents % 100}</IntegerValue>"
            "<RequiredToPreview>0</RequiredToPreview></QualificationRequirement>"
        )
        return (
            f"<HITId>{hit or self._id(30)}</HITId><HITTypeId>{self._random.choice(self._groups)}</HITTypeId>"
            f"<HITGroupId>{self._random.choice(self._groups)}</HITGroupId><CreationTime>{self._time(0)}</CreationTime>"
            f"<Title>{escape(self._text(7))}</Title><Description>{escape(self._text(16))}</Description>{question}"
            f"<Keywords>{escape(self._text(4))}</Keywords>"
            f"<HITStatus>{self._random.choice(('Assignable', 'Unassignable', 'Reviewable', 'Reviewing'))}</HITStatus>"
            f"<MaxAssignments>{cents % 9 + 1}</MaxAssignments><Reward><Amount>{price}</Amount>"
            f"<CurrencyCode>USD</CurrencyCode><FormattedPrice>${price}</FormattedPrice></Reward>"
            f"<AutoApprovalDelayInSeconds>2592000</AutoApprovalDelayInSeconds><Expiration>{self._time(50)}</Expiration>"
            "<AssignmentDurationInSeconds>3600</AssignmentDurationInSeconds>"
            f"{requirement if cents % 3 else ''}<HITReviewStatus>NotReviewed</HITReviewStatus>"
        )

    def _answered(self, operation: str, values: Values, result: str) -> Exchange:
        moment = format_timestamp(self._now)
        reply = (
            f'<?xml version="1.0"?>\n<{operation}Response><OperationRequest><RequestId>{self._uuid()}</RequestId>'
            f"</OperationRequest>{result}</{operation}Response>"
        )
        request = write_call(
            operation, values, url=URL, credentials=CREDENTIALS, version=VERSION, timestamp=moment, method="GET"
        )
        headers = (("Content-Type", "text/xml"), ("Server", "Server"), ("Date", moment))
        response = HttpResponse(status=200, headers=headers, body=reply.encode())
        return Exchange(request=request, response=response, sent_at=self._now, received_at=self._now + 0.1)

    def _id(self, length: int) -> str:
        return "".join(self._random.choices(_CAPITALS, k=length))

    def _uuid(self) -> str:
        text = f"{self._random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _text(self, words: int) -> str:
        return " ".join(self._random.choices(_WORDS, k=words))

    def _time(self, hours: float) -> str:
        return format_timestamp(self._now + 3600 * hours + self._random.randint(0, 3000))


_VALID = "<Request><IsValid>True</IsValid></Request>"
_DECIDED = {"Approved": "ApprovalTime", "Rejected": "RejectionTime"}


def exchanges(seed: int, *, repeating: bool = False) -> Iterator[Exchange]:
    """Yield exchanges without end; the same seed gives the same."""
    traffic = Traffic(seed, repeating=repeating)
    while True:
        yield traffic.exchange()


def entry(exchange: Exchange, *, encoded: bool) -> dict[str, Any]:
    """Return an exchange as an entry of a HAR file, its body in base64 if ``encoded``."""
    response = exchange.response
    assert response is not None
    body = response.body
    content: dict[str, Any] = {"size": len(body), "mimeType": "text/xml"}
    if encoded:
        content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    else:
        content["text"] = body.decode()
    return {
        "startedDateTime": format_timestamp(exchange.sent_at),
        "time": 100,
        "request": {
            "method": exchange.request.method,
            "url": exchange.request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Host", "value": "mechanicalturk.example"}, {"name": "Accept", "value": "*/*"}],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": response.status,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in response.headers],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 90, "receive": 10},
    }


def recorded(versions: Iterable[str]) -> list[dict[str, Any]]:
    """Run the suites for some versions on the embedded endpoint, and return all they sent as entries of a HAR file."""
    with tempfile.TemporaryDirectory() as folder:
        record, archive = f"{folder}/run.jsonl", f"{folder}/run.har"
        asked = [argument for version in versions for argument in ("--version", version)]
        subprocess.run([*KIT, "run", *asked, "--record", record], check=True, capture_output=True)
        subprocess.run([*KIT, "report", "har", record, "-o", archive], check=True)
        entries: list[dict[str, Any]] = json.loads(Path(archive).read_text("utf-8"))["log"]["entries"]
    return entries


def write_everything(path: Path, size: int, entries: list[dict[str, Any]]) -> int:
    """Write a HAR file of about ``size`` bytes of what was `recorded`, again and again with other ids.

    Return how many entries it has.
    """

    def renamed(text: str, turn: int) -> str:
        end = "".join(_CAPITALS[turn // 36**place % 36] for place in range(3))

        def other(found: re.Match[str]) -> str:
            return f"{turn:08x}{found[0][8:]}" if found[0][8] == "-" else f"{found[0][:-3]}{end}"

        return _ID.sub(other, text) if turn else text

    lines = [json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in entries]
    endless = (renamed(line, turn) for turn in count() for line in lines)
    return _write(path, size, endless)


def write_har(path: Path, size: int, seed: int = 0, *, repeating: bool = False) -> int:
    """Write a HAR file of about ``size`` bytes, and return how many entries it has."""
    made = (entry(one, encoded=number % 2 == 0) for number, one in enumerate(exchanges(seed, repeating=repeating), 1))
    return _write(path, size, (json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in made))


def _write(path: Path, size: int, texts: Iterable[str]) -> int:
    written, number = 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "benchmarks", "version": "1"}, "entries": [\n')
        for number, text in enumerate(texts, 1):
            written += file.write(text if number == 1 else f",\n{text}")
            if written >= size:
                break
        file.write("\n]}}\n")
    return number
