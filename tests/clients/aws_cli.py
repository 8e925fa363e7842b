"""aws-cli, the official command line, speaks to the embedded endpoint.

pytest does not collect this file by itself, since aws-cli is no dependency of the tests: it runs where it is named, as
``tox -e clients`` does; there a missing aws-cli is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Relay
    from tests.conftest import Kit

AWS = Path(sys.executable).with_name("aws")
FAILED = 255


class Aws:
    """Runs `aws mturk` against an endpoint."""

    def __init__(self, url: str, kit: Kit) -> None:
        self._url = url
        self._environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))},
            "AWS_ACCESS_KEY_ID": kit.first.access_key_id,
            "AWS_SECRET_ACCESS_KEY": kit.first.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
        }

    def run(self, operation: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run an operation."""
        if not AWS.exists():
            pytest.fail(f"there is no {AWS}: install awscli, or leave this out")
        command = [str(AWS), "mturk", operation, "--endpoint-url", self._url, "--output", "json", *options]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False, timeout=60)

    def call(self, operation: str, *options: str) -> Any:
        """Return what an operation prints; nothing where it prints nothing."""
        ran = self.run(operation, *options)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout) if ran.stdout.strip() else None


def test_aws_cli_reads_what_it_said(relay: Relay, kit: Kit) -> None:
    """Through the life of HITs, with the pages of a list put together."""
    aws = Aws(relay.url, kit)
    assert aws.call("get-account-balance")["AvailableBalance"] == "10000.00"
    properties = {
        "Title": "Ünique & <title>",
        "Description": "d",
        "Reward": "0.50",
        "AssignmentDurationInSeconds": 600,
        "LifetimeInSeconds": 3600,
        "Question": relay.form,
    }
    made = [aws.call("create-hit", "--cli-input-json", json.dumps(properties))["HIT"]["HITId"] for _ in range(3)]
    read = aws.call("get-hit", "--hit-id", made[0])["HIT"]
    assert (read["Title"], read["Reward"], read["Question"]) == ("Ünique & <title>", "0.50", relay.form)
    listed = aws.call("list-hits", "--page-size", "2")["HITs"]
    assert sorted(one["HITId"] for one in listed) == sorted(made)
    assert len(aws.call("list-hits", "--max-items", "1")["HITs"]) == 1
    worker, assignment_id = relay.handed_in(made[0])
    (assignment,) = aws.call("list-assignments-for-hit", "--hit-id", made[0])["Assignments"]
    assert (assignment["WorkerId"], assignment["Answer"]) == (worker, relay.answers)
    aws.call("approve-assignment", "--assignment-id", assignment_id, "--requester-feedback", "danke")
    feedback = aws.call("get-assignment", "--assignment-id", assignment_id)["Assignment"]["RequesterFeedback"]
    assert feedback == "danke"
    aws.call("update-expiration-for-hit", "--hit-id", made[1], "--expire-at", "1970-01-01T00:00:00Z")
    reviewable = {one["HITId"] for one in aws.call("list-reviewable-hits")["HITs"]}
    assert reviewable == {made[0], made[1]}
    aws.call("delete-hit", "--hit-id", made[1])
    assert {one["HITId"] for one in aws.call("list-reviewable-hits")["HITs"]} == {made[0]}


def test_aws_cli_tells_an_error(relay: Relay, kit: Kit) -> None:
    """By its exit code and the type of the error."""
    ran = Aws(relay.url, kit).run("get-hit", "--hit-id", "NOSUCHHIT")
    assert ran.returncode == FAILED
    assert "(RequestError)" in ran.stderr
