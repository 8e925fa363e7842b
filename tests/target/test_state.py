"""What an endpoint holds in a file: all that was answered, for one process at a time; clear words where it fails."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.bindings.query import Credentials, read_answer, write_call
from conformance.errors import KitError, UsageError
from conformance.reference.control import without_secrets
from conformance.reference.deliveries import KEPT
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.notification_records import Notification
from conformance.reference.records import Upload, WorkerBlock
from conformance.reference.store import TABLES, Store
from conformance.target.serving import make_endpoint
from conformance.target.state import KEYS, RESERVED, State
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

ACCOUNT = Credentials(access_key_id="AKIASTATE", secret_key="secret of the state's tests")
NOW = 1_400_000_000.0


class Life:
    """An endpoint kept in a file, from a start to the death of its process."""

    def __init__(self, path: Path, deliver: Callable[..., int | None] = lambda *_, **__: KEPT) -> None:
        self.state = State(path)
        self.endpoint: Endpoint = make_endpoint(
            [ACCOUNT],
            Options(control_token="t"),
            self.state.snapshot(),
            plant=self.state.attach,
            deliver=self.state.after_keeping(deliver),
        )

    def call(self, operation: str, /, **values: Any) -> Any:
        """Make a call and read the answer."""
        when = format_timestamp(NOW + self.endpoint.store.clock_offset)
        listed = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        request = write_call(
            operation, listed, url="http://x/", credentials=ACCOUNT, version="2014-08-15", timestamp=when
        )
        return read_answer(self.state.handle(request, NOW))

    def control(self, path: str, body: object = None, method: str = "POST") -> dict[str, Any]:
        """Use the control API."""
        headers = (("Authorization", "Bearer t"),)
        sent = HttpRequest(method=method, url=f"/control/{path}", headers=headers, body=json.dumps(body or {}).encode())
        reply: dict[str, Any] = json.loads(self.state.handle(sent, NOW).body)
        return reply

    def held(self) -> dict[str, Any]:
        """Return all that the endpoint holds but the number of calls."""
        return {**without_secrets(self.endpoint.store.dump()), "calls": None}

    def die(self) -> None:
        """End as a killed process does: nothing more is written, the lock is gone."""
        self.state._file.close()


def commits(life: Life) -> list[str]:
    """Return a list that grows with each transaction that is begun."""
    begun: list[str] = []
    life.state._file._database.set_trace_callback(lambda text: begun.append(text) if text.startswith("BEGIN") else None)
    return begun


def new_type(life: Life, name: str = "n") -> Any:
    return life.call("CreateQualificationType", Name=name, Description="d", QualificationTypeStatus="Active")


def test_every_table_that_replaces_has_its_key() -> None:
    """A store's table that is a mapping names what its records are replaced by, and no other table does."""
    store = Store(seed=0)
    assert set(KEYS) == {name for name in TABLES if isinstance(getattr(store, name), dict)}


def test_what_was_answered_outlives_the_process(tmp_path: Path) -> None:
    """Types, Workers, accounts, the clock and the next ids are there as they were; a second death changes nothing."""
    path = tmp_path / "state.db"
    life = Life(path)
    issued = {new_type(life, str(number)).text("QualificationTypeId") for number in range(3)}
    life.control("workers", {"count": 2})
    life.control("requesters", {"balance": "3.00"})
    life.control("clock", {"advance": 1000})
    held = life.held()
    for _ in range(2):
        life.die()
        life = Life(path)
        assert life.held() == held
    assert new_type(life, "another").text("QualificationTypeId") not in issued
    life.die()


def test_the_file_holds_no_secret_from_outside(tmp_path: Path) -> None:
    """And nobody but its owner reads it, for it has the keys of the accounts opened in the endpoint."""
    life = Life(tmp_path / "state.db")
    new_type(life)
    life.state.close()
    assert ACCOUNT.secret_key.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [("state.db", 0o600)]


def test_no_request_id_is_issued_twice(tmp_path: Path) -> None:
    """Neither after a death, for which some are left out, nor after an end in order, for which none are."""
    path, seen = tmp_path / "state.db", []
    for end in ("die", "close", "die"):
        life = Life(path)
        seen += [life.call("GetAccountBalance").request_id for _ in range(3)]
        calls = life.endpoint.store.calls
        life.die() if end == "die" else life.state.close()
        after = Life(path)
        assert after.endpoint.store.calls - calls in ((0,) if end == "close" else range(RESERVED + 1))
        after.die()
    assert len(set(seen)) == len(seen)


def test_what_only_reads_costs_no_transaction(tmp_path: Path) -> None:
    """But for one in a thousand calls, which sets RequestIds aside; a write costs one, whatever it changes."""
    life = Life(tmp_path / "state.db")
    begun = commits(life)
    life.call("GetAccountBalance")
    begun.clear()
    for _ in range(RESERVED):
        life.call("GetAccountBalance")
    assert len(begun) == 0
    life.call("GetAccountBalance")
    assert len(begun) == 1
    new_type(life)
    life.control("workers", {"count": 5})
    assert len(begun) == 3
    life.call("GetAccountBalance")
    assert len(begun) == 3
    life.state.close()


def test_a_restart_by_the_control_api_goes_on_being_kept(tmp_path: Path) -> None:
    """What comes after it is in the file as well."""
    life = Life(tmp_path / "state.db")
    life.control("restart")
    new_type(life)
    held = life.held()
    life.die()
    life = Life(tmp_path / "state.db")
    assert life.held() == held
    life.die()


def test_a_file_that_was_replaced_stays_replaced(tmp_path: Path) -> None:
    """What a Worker uploaded first does not come back after a death."""
    life = Life(tmp_path / "state.db")
    store = life.endpoint.store
    for key in ("first", "second"):
        store.save_upload(Upload(key=key, assignment_id="a", question_identifier="q", content=key))
    store.drop_upload("first")
    life.call("GetAccountBalance")
    life.die()
    assert list(Life(tmp_path / "state.db").endpoint.store.uploads) == ["second"]


def test_what_was_only_checked_is_not_kept(tmp_path: Path) -> None:
    """A call with Validate leaves no trace."""
    life = Life(tmp_path / "state.db")
    request = write_call(
        "CreateQualificationType",
        {"Name": ["n"], "Description": ["d"], "QualificationTypeStatus": ["Active"], "Validate": ["true"]},
        url="http://x/",
        credentials=ACCOUNT,
        version="2006-10-31",
        timestamp=format_timestamp(NOW),
    )
    life.state.handle(request, NOW)
    life.die()
    assert Life(tmp_path / "state.db").held()["qualification_types"] == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["put", "lift", "next"]), st.integers(0, 2)), max_size=20))
def test_rows_keep_their_places(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    """A record that replaces another stands where that stood; one that was taken out and comes again stands last."""
    path = tmp_path_factory.mktemp("state") / "state.db"
    life = Life(path)
    for what, number in steps:
        if what == "put":
            block = WorkerBlock(owner=f"O{number}", worker_id="W", reason=str(life.endpoint.store.issued), blocked_at=1)
            life.endpoint.store.save_block(block)
        elif what == "lift":
            life.endpoint.store.lift_block(f"O{number}", "W")
        else:
            life.endpoint.store.issued += 1
    life.control("clock", method="GET")
    held = life.held()
    life.die()
    life = Life(path)
    assert life.held() == held
    life.die()


def test_a_message_leaves_after_what_it_tells_is_kept(tmp_path: Path) -> None:
    """A death before it leaves the message behind, never a message about what has not happened."""
    kept_then: list[int] = []
    path = tmp_path / "state.db"

    def deliver(message: Notification, *, wait: bool) -> int | None:
        kept_then.append(len(life.state._changes))
        return KEPT

    life = Life(path, deliver)
    message = Notification(owner="O", transport="REST", method="GET", destination="", content_type="", body="", at=1)
    life.endpoint.deliver(message, wait=False)
    assert kept_then == []
    new_type(life)
    assert kept_then == [0]
    assert life.endpoint.deliver(message, wait=True) == KEPT
    assert len(kept_then) == 2
    life.die()


def test_a_full_disk_ends_it_and_loses_nothing(tmp_path: Path) -> None:
    """What cannot be kept is not answered with success, nor is anything after it; what was is there."""
    path = tmp_path / "state.db"
    life = Life(path)
    told: list[bool] = []
    life.state._failed = lambda: told.append(True)
    database = life.state._file._database
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages + 2}")
    answered = []
    while not told:
        answered.append(new_type(life, f"{len(answered)} {'x' * 200}").text("QualificationTypeId"))
    assert life.state.handle(HttpRequest(method="GET", url="/", headers=(), body=b""), NOW).status == 503
    assert "disk is full" in str(life.state.failure)
    assert isinstance(life.state.failure, KitError)
    life.state.close()
    life = Life(path)
    kept = [row["qualification_type_id"] for row in life.held()["qualification_types"]]
    assert answered.pop() is None
    assert kept == answered
    life.die()


def foreign(path: Path) -> None:
    """Write another program's database."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")
        database.commit()


def damaged(path: Path) -> None:
    """Write a state and spoil a page of it."""
    life = Life(path)
    for number in range(50):
        new_type(life, f"{number} {'x' * 200}")
    life.state.close()
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    path.write_bytes(content)


def older(path: Path) -> None:
    """Write a state of another format."""
    Life(path).state.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")
        database.execute("PRAGMA journal_mode = DELETE")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.mkdir(), "Is a directory"),
        (os.mkfifo, "no regular file"),
        (lambda path: path.write_text("something else, of some length" * 100), "no state of an endpoint"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096), "cannot use the state file"),
        (foreign, "another program's database"),
        (damaged, "damaged"),
        (older, "written in format"),
    ],
)
def test_a_file_that_is_no_state_is_refused(make: Callable[[Path], object], told: str, tmp_path: Path) -> None:
    """With the reason, and a regular file stays as it was."""
    path = tmp_path / "state.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(UsageError, match=told):
        Life(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    """Folders are not made."""
    with pytest.raises(UsageError, match="No such file or directory"):
        State(tmp_path / "none" / "state.db")


def test_a_file_is_one_endpoints_at_a_time(tmp_path: Path) -> None:
    """The second is told; when the first has ended it may have it."""
    first = State(tmp_path / "state.db")
    with pytest.raises(UsageError, match="another process has it open"):
        State(tmp_path / "state.db")
    first.close()
    State(tmp_path / "state.db").close()


def test_a_file_needs_the_credentials_of_its_requesters(tmp_path: Path) -> None:
    """As a snapshot does: the refusal names the file."""
    Life(tmp_path / "state.db").state.close()
    life = Life(tmp_path / "state.db")
    life.call("GetAccountBalance")
    life.state.close()
    other = replace(ACCOUNT, access_key_id="AKIAOTHER")
    with State(tmp_path / "state.db") as state, pytest.raises(UsageError, match=r"the state file belongs to .*AKIAS"):
        make_endpoint([other], Options(), state.snapshot(), source="state file")
