"""Doing again what a record tells of one case, with fresh signatures, ids and names: the standard library alone.

`conformance.report.export` puts the text of this module into every file that it writes, so it imports nothing else.
Set MTURK_ENDPOINT, MTURK_ACCESS_KEY_ID and MTURK_SECRET_KEY; for a second Requester MTURK_SECOND_ACCESS_KEY_ID and
MTURK_SECOND_SECRET_KEY; for what Workers do MTURK_CONTROL_URL and MTURK_CONTROL_TOKEN.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import string
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

# A driver's act → the path of the control API below that of the Worker, and what its arguments are called there.
ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "request_qualification": ("qualification-requests", ("qualification_type_id",)),
    "submit_test": ("test-submissions", ("qualification_type_id", "answer")),
    "accept_assignment": ("assignments", ("hit_id",)),
    "submit_assignment": ("submissions", ("assignment_id", "answer")),
    "submit_test_form": ("test-submissions", ("qualification_type_id", "fields")),
    "submit_form": ("external-submissions", ("assignment_id", "fields")),
    "upload_file": ("uploads", ("assignment_id", "question_identifier", "content")),
    "return_assignment": ("returns", ("assignment_id",)),
}
WITHOUT_WORKER = ("new_requester", "worker_in", "advance", "restart")
REFUSED = "refused"
_CHANGES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?|\d{5,}")
# What an endpoint gives out anew each time, as the ticket in an address; ids that the case knows are compared.
_GIVEN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}")
_NOT_LET_IN = (
    *("AuthFailure", "AWS.NotAuthorized", "AWS.BadClaimsSupplied", "AWS.BadCredentialSupplied"),
    *("UnrecognizedClientException", "InvalidSignatureException", "IncompleteSignatureException"),
)
# In JSON the one is a text that nobody reads, and the others are seconds with a fraction.
_TOKENS = ("NextToken",)
_EPOCH = 1_000_000_000

_CLASS = re.compile(r"^(?:[\w.-]+:)?(?:(?:Client|Server)\.)?")
_ESCAPES: dict[str, Callable[[str], str]] = {
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "xml": lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
}

Leaves = list[tuple[str, str]]


def leaves(body: str) -> Leaves:
    """Return names and texts of the elements, or members of JSON, that hold text; what is neither is one of them."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        try:
            return _members("", json.loads(body))
        except (ValueError, RecursionError):
            return [("", body)]
    return [(str(one.tag).rpartition("}")[2], (one.text or "").strip()) for one in root.iter() if not len(one)]


def _members(name: str, value: Any) -> Leaves:
    """Return the members of JSON that hold no others, a list as its items under one name."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _members(key, value[key])]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _members(name, one)]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _TOKENS or (number and value >= _EPOCH):
        return [(name, "…")]
    return [(name, value if isinstance(value, str) else f"{json.dumps(value)} (no text)")]


class Replay:
    """The steps of a case, done again at another time, perhaps at another endpoint."""

    def __init__(self, steps: list[dict[str, Any]], run_id: str) -> None:
        self._steps = steps
        self._new = {run_id: uuid.uuid4().hex[: len(run_id)]} if run_id else {}
        self._accounts = {
            "": (os.environ.get("MTURK_ACCESS_KEY_ID", ""), os.environ.get("MTURK_SECRET_KEY", "")),
            "second": (os.environ.get("MTURK_SECOND_ACCESS_KEY_ID", ""), os.environ.get("MTURK_SECOND_SECRET_KEY", "")),
        }

    def shows_the_same(self) -> bool:
        """Tell whether everything comes out as recorded: each call taken or refused, and the last answer whole."""
        for number, step in enumerate(self._steps, 1):
            if "act" in step:
                if not self._act(step):
                    return False
                continue
            status, found = self._call(step)
            wanted = [(name, text) for name, text in step["leaves"]]
            if number == len(self._steps):
                return status == step["status"] and self._as_before(found) == self._as_before(wanted)
            if _outcome(status, found) != _outcome(step["status"], wanted):
                return False
            self._learn(wanted, found)
        return True

    def _call(self, step: dict[str, Any]) -> tuple[int, Leaves]:
        key, secret = self._accounts[step["account"]]
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        url = os.environ.get("MTURK_ENDPOINT") or step["url"]
        status, body = _send(*written(step, url, (key, secret), moment, self._fresh))
        found = leaves(body)
        refused_here = set(_codes(found)) & set(_NOT_LET_IN) - set(_codes(step["leaves"]))
        assert not refused_here, f"nothing was replayed: the endpoint does not know the account ({refused_here})"
        return status, found

    def _act(self, step: dict[str, Any]) -> bool:
        """Do what a driver did; tell whether it was let as before."""
        name, arguments = step["act"], step["arguments"]
        if name == "new_requester":
            made = self._control("requesters", {"balance": arguments[0]})
            self._accounts[step["result"]] = (made["access_key_id"], made["secret_key"])
            return True
        if name == "restart":
            self._control("restart", {})
            return True
        if name == "advance":
            self._control("clock", {"advance": float(arguments[0])})
            return True
        if name == "worker_in":
            place_of = {key: text for key, text in zip(("country", "subdivision"), arguments, strict=False) if text}
            self._new[step["result"]] = self._control("workers", {"locale": place_of})["worker_id"]
            return True
        worker, *texts = arguments
        if worker not in self._new:
            self._new[worker] = self._control("workers", {})["worker_id"]
        place, names = ACTS[name]
        fresh = {key: self._fresh(text) for key, text in zip(names, texts, strict=True)}
        values = {key: json.loads(text) if key == "fields" else text for key, text in fresh.items()}
        answer = self._control(f"workers/{urllib.parse.quote(self._new[worker], safe='')}/{place}", values)
        refused = "error" in answer
        if step["result"] not in ("", REFUSED) and not refused:
            self._new[step["result"]] = answer["assignment_id"]
        return bool(refused == (step["result"] == REFUSED))

    def _control(self, path: str, values: dict[str, Any]) -> dict[str, Any]:
        url = os.environ.get("MTURK_CONTROL_URL", "").rstrip("/")
        assert url, "set MTURK_CONTROL_URL: Workers act in this case"
        headers = {"Authorization": f"Bearer {os.environ.get('MTURK_CONTROL_TOKEN', '')}"}
        headers["Content-Type"] = "application/json"
        status, body = _send("POST", f"{url}/{path}", json.dumps(values).encode(), headers)
        assert status < 300 or status == 409, f"the control API refused {path}: HTTP {status} {body[:200]}"
        answer: dict[str, Any] = json.loads(body)
        return answer

    def _fresh(self, text: str) -> str:
        for old in sorted(self._new, key=len, reverse=True):
            text = text.replace(old, self._new[old])
        return text

    def _learn(self, wanted: Leaves, found: Leaves) -> None:
        """Learn which ids the endpoint gave this time."""
        for name in {name for name, _ in wanted if name.endswith("Id") and name != "RequestId"}:
            old, new = ([text for one, text in side if one == name] for side in (wanted, found))
            if len(old) == len(new):
                self._new.update({was: now for was, now in zip(old, new, strict=True) if was and was not in self._new})

    def _as_before(self, found: Leaves) -> Leaves:
        """Return an answer with everything masked that is another one each time."""
        back = {new: old for old, new in self._new.items()}

        def masked(name: str, text: str) -> str:
            for new in sorted(back, key=len, reverse=True):
                text = text.replace(new, back[new])
            text = _GIVEN.sub(lambda given: given[0] if given[0] in self._new else "…", text)
            return "…" if name == "RequestId" else _CHANGES.sub("…", text)

        return [(name, masked(name, text)) for name, text in found]


def written(
    step: dict[str, Any], url: str, account: tuple[str, str], moment: str, fresh: Callable[[str], str]
) -> tuple[str, str, bytes | None, dict[str, str]]:
    """Return method, URL, body and headers of a call: signed by the account at the moment, with ``fresh`` texts."""
    live = {"key": account[0], "moment": moment, "signature": ""}
    pairs = [(name, live.get(kind, fresh(text))) for name, kind, text in step["parameters"]]
    live["signature"] = _sign(pairs, account[1])
    if step["path"]:
        url = urllib.parse.urlsplit(url)._replace(path=step["path"]).geturl()
    if "json" in step:
        return _json(step, url, account, moment, fresh)
    if "message" in step:
        return _message(step, url, live, fresh)
    signed = [
        (name, live.get(kind, text)) for (name, text), (_, kind, _) in zip(pairs, step["parameters"], strict=True)
    ]
    data = urllib.parse.urlencode(signed, quote_via=urllib.parse.quote, safe="")
    if step["method"] == "GET":
        return "GET", f"{url}?{data}", None, {}
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return step["method"], url, data.encode(), form


def _message(
    step: dict[str, Any], url: str, live: dict[str, str], fresh: Callable[[str], str]
) -> tuple[str, str, bytes | None, dict[str, str]]:
    """Return a message as it was written, but for what is made anew."""
    message = step["message"]
    made = {kind: _ESCAPES[message["escape"]](text) for kind, text in live.items()}
    query, body = ("".join(made.get(kind, fresh(text)) for kind, text in message[part]) for part in ("query", "body"))
    if query:
        url += "?" + urllib.parse.quote(query.encode("latin-1"), safe=string.punctuation)
    data = body.encode("latin-1")
    return step["method"], url, data if data or step["method"] != "GET" else None, dict(message["headers"])


def _json(
    step: dict[str, Any], url: str, account: tuple[str, str], moment: str, fresh: Callable[[str], str]
) -> tuple[str, str, bytes | None, dict[str, str]]:
    """Return a call of JSON, signed by Signature Version 4 unless it was not, or was wrong on purpose."""
    call = step["json"]
    body, headers = fresh(call["body"]).encode("latin-1"), dict(call["headers"])
    signing = call["signing"]
    if call["dated"]:
        headers["X-Amz-Date"] = (signing or {}).get("date") or re.sub(r"[-:]", "", moment)
    if signing is not None:
        key = signing["key"] or account[0]
        headers["Authorization"] = _version_4(url, headers, body, (key, account[1]), signing["signature"])
    return step["method"], url, body, headers


def _version_4(url: str, headers: dict[str, str], body: bytes, account: tuple[str, str], given: str) -> str:
    """Return the header Authorization of a POST by the path of ``url``; ``given`` stands for the signature, if any."""
    parts = urllib.parse.urlsplit(url)
    scope = f"{headers.get('X-Amz-Date', '')[:8]}/us-east-1/mturk-requester/aws4_request"
    signed = {**{name.lower(): " ".join(value.split()) for name, value in headers.items()}, "host": parts.netloc}
    names = ";".join(sorted(signed))
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    query = "&".join(sorted(parts.query.split("&")))
    asked = ["POST", urllib.parse.quote(parts.path or "/", safe="/~"), query, *lines, "", names]
    canonical = "\n".join([*asked, hashlib.sha256(body).hexdigest()])
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers.get("X-Amz-Date", ""), scope, digest])
    key = f"AWS4{account[1]}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = given or hmac.digest(key, text.encode(), "sha256").hex()
    return f"AWS4-HMAC-SHA256 Credential={account[0]}/{scope}, SignedHeaders={names}, Signature={signature}"


def _outcome(status: int, found: Leaves) -> tuple[bool, list[str]]:
    return status < 300, _codes(found)


def _codes(found: Iterable[Sequence[str]]) -> list[str]:
    """Return the codes of errors; of a SOAP fault without its prefix and class, of JSON the type and the code."""
    codes = ("Code", "faultcode", "__type", "TurkErrorCode")
    return [_CLASS.sub("", text) for name, text in found if name in codes]


def _sign(pairs: list[tuple[str, str]], secret: str) -> str:
    first = dict(reversed(pairs))
    if first.get("SignatureVersion") == "1":
        covered = sorted((pair for pair in pairs if pair[0] != "Signature"), key=lambda pair: pair[0].lower())
        text = "".join(name + value for name, value in covered)
    else:
        operation = first.get("Operation") or first.get("Action") or ""
        text = first.get("Service", "AWSMechanicalTurkRequester") + operation + first.get("Timestamp", "")
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _send(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
