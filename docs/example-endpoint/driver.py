"""The driver of service.py: lets the conformance kit act as Workers, by sending the forms of the Workers' page.

One JSON object comes in on standard input, one goes out on standard output; the actions are in docs/drivers.md.
"""

import json
import os
import re
import sys
import time
import uuid
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

SERVICE = os.environ.get("SERVICE_URL", "http://127.0.0.1:8090/")


def post(page, **fields):
    """Send a form to the Workers' page and return what comes back."""
    with urlopen(f"{SERVICE}worker/{page}", urlencode(fields).encode(), timeout=10) as reply:
        return reply.read().decode()


def act(action, question):
    """Return the answer to a question."""
    match action:
        case "new_workers":  # anybody can work here
            return {"worker_ids": [f"A{uuid.uuid4().hex[:13].upper()}" for _ in range(question.get("count", 1))]}
        case "accept_assignment":
            page = post("accept", worker=question["worker_id"], hit=question["hit_id"])
            found = re.search(r'name="assignment" value="(\w+)"', page)
            return {"assignment_id": found[1], "page": page, "at": time.time()}
        case "submit_assignment":
            post("submit", assignment=question["assignment_id"], answer=question["answer"])
            return {"at": time.time()}
    return {"error": f"this service has no way to {action}", "reason": "not offered"}


question = json.load(sys.stdin)
try:
    answer = act(question.pop("action"), question)
except HTTPError as error:
    refused = error.code == 409  # the page says no
    answer = {"error": f"HTTP {error.code} of the Workers' page", "reason": "refused" if refused else "failed"}
json.dump(answer, sys.stdout)
