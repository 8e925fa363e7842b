"""`cleanup` of what was created by JSON: by JSON, whatever the profile tests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.bindings.json import TARGET
from conformance.spec.versions import TODAY
from conformance.target.ledger import account_of, open_items
from conformance.target.profile import Profile
from conformance.target.run import Run
from conformance.wire.messages import header

if TYPE_CHECKING:
    from tests.conftest import Kit, Served

FORM = (
    '<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd">'
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>?</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)


def targets(endpoint: Served) -> list[str]:
    """Return the operations that came by JSON; an empty text for what came otherwise."""
    return [(header(request.headers, TARGET) or "").rpartition(".")[2] for request in endpoint.seen]


def left_behind(kit: Kit, url: str, *, hits: int = 1) -> None:
    """Create types and HITs by JSON, and end as a killed run does."""
    from conformance.target.ledger import Ledger

    with Ledger(kit.ledger) as ledger:
        run = Run(
            profile=Profile(url=url, versions=(TODAY,), spend_cap=100),  # type: ignore[arg-type]
            seed=1,
            environ={"MTURK_ACCESS_KEY_ID": kit.first.access_key_id, "MTURK_SECRET_KEY": kit.first.secret_key},
            run_id="run1",
            ledger=ledger,
        )
        requester = run.requester(run.target, TODAY, lambda *_: None)
        for number in range(hits):
            properties = {"Title": f"title run1 {number}", "Description": "d", "AssignmentDurationInSeconds": 60}
            reward = {"Amount": "0.05", "CurrencyCode": "USD"}
            requester.must("CreateHIT", {**properties, "Reward": reward, "LifetimeInSeconds": 600, "Question": FORM})
        requester.must(
            "CreateQualificationType", {"Name": "type run1", "Description": "d", "QualificationTypeStatus": "Active"}
        )
        run.close()


def test_a_hit_is_let_expire_and_deleted(kit: Kit) -> None:
    """2017-01-17 has no DisableHIT; the profile tests another version."""
    endpoint = kit.serve()
    left_behind(kit, endpoint.url)
    assert [item.version for item in open_items(kit.ledger)] == [TODAY, TODAY]
    endpoint.seen.clear()
    outcome = kit.call("cleanup", endpoint.url, "--ledger", kit.ledger)
    assert outcome.code == 0, outcome.out
    assert open_items(kit.ledger) == ()
    sent = targets(endpoint)
    assert "DisableHIT" not in sent
    assert sent.index("UpdateExpirationForHIT") < len(sent) - 1 - sent[::-1].index("DeleteHIT")
    held = kit.snapshot(endpoint.url)
    assert [row for kind in ("hits", "qualification_types") for row in held[kind] if row["disposed_at"] is None] == []


def test_what_was_created_unheard_is_found_by_its_name(kit: Kit) -> None:
    """On whatever page of the list it stands, which a token leads to."""
    endpoint = kit.serve()
    left_behind(kit, endpoint.url, hits=2)
    items = open_items(kit.ledger)
    kit.ledger.unlink()
    from conformance.target.ledger import Ledger

    with Ledger(kit.ledger) as ledger:
        for item in items:
            entry = ledger.intend(
                "run1",
                item.operation,
                item.endpoint,
                item.values,
                time.time(),
                account=account_of(kit.first.access_key_id),
                version=TODAY,
            )
            ledger.settle(entry, None, unknown=True)
    outcome = kit.call("cleanup", endpoint.url, "--ledger", kit.ledger)
    assert outcome.code == 0, outcome.out
    assert open_items(kit.ledger) == ()


def test_a_run_by_json_leaves_nothing_to_clean(kit: Kit) -> None:
    """A run that came to its end has removed what it created."""
    endpoint = kit.serve()
    outcome = kit.judge(endpoint.url, *kit.driven, "--version", TODAY, "--select", "GrantBonus.*")
    assert outcome.code == 0, outcome.out
    assert set(targets(endpoint)) >= {"SendBonus", "CreateHIT", "DeleteHIT"}
    assert "" not in targets(endpoint)
    assert open_items(kit.ledger) == ()
    held = kit.snapshot(endpoint.url)
    assert [row for kind in ("hits", "qualification_types") for row in held[kind] if row["disposed_at"] is None] == []
