"""No spelling of Amazon's hosts passes unasked, and nothing is paid for without a cap."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import RefusedForSafety
from conformance.target.guard import Guard
from conformance.target.profile import Profile
from conformance.wire.flattening import Values

PRODUCTION = (
    "mechanicalturk.amazonaws.com",
    "mturk-requester.us-east-1.amazonaws.com",
    "mturk-requester-fips.us-east-1.amazonaws.com",
    "vpce-1.mturk-requester.us-east-1.vpce.amazonaws.com",
    "requester.mturk.com",
)
SANDBOX = (
    "mechanicalturk.sandbox.amazonaws.com",
    "mturk-requester-sandbox.us-east-1.amazonaws.com",
    "requestersandbox.mturk.com",
)


TIME: Values = {"HITId": ["H"], "ExpirationIncrementInSeconds": ["3600"]}


def remote(**permissions: object) -> Guard:
    """Return a guard for a target that is not embedded."""
    return Guard(embedded=False, **permissions)  # type: ignore[arg-type]


def test_the_guard_takes_its_permissions_from_the_profile() -> None:
    """What the profile allows is allowed, and nothing else."""
    guard = Guard.for_profile(Profile(url="http://a/", allow_sandbox=True, spend_cap=Decimal(2)))
    assert (guard.embedded, guard.allow_production, guard.allow_sandbox, guard.spend_cap) == (
        False,
        False,
        True,
        Decimal(2),
    )
    assert Guard.for_profile(Profile()).embedded


@pytest.mark.parametrize("host", PRODUCTION)
def test_production_needs_both_permission_and_cap(host: str) -> None:
    """One of the two is not enough, and the message says what is missing."""
    url = f"https://{host}/"
    with pytest.raises(RefusedForSafety, match="--allow-production and --spend-cap") as caught:
        remote(allow_sandbox=True, spend_cap=Decimal(9)).check_endpoint(url)
    assert caught.value.exit_code == 4
    with pytest.raises(RefusedForSafety, match="Add --spend-cap"):
        remote(allow_production=True).check_endpoint(url)
    assert remote(allow_production=True, spend_cap=Decimal(0)).check_endpoint(url) == ()


@pytest.mark.parametrize("host", SANDBOX)
def test_the_sandbox_needs_its_own_permission(host: str) -> None:
    """Permission for production is none for the sandbox."""
    with pytest.raises(RefusedForSafety, match="--allow-sandbox"):
        remote(allow_production=True, spend_cap=Decimal(9)).check_endpoint(f"https://{host}/")
    assert remote(allow_sandbox=True).check_endpoint(f"https://{host}/") == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://MechanicalTurk.AmazonAWS.com/",
        "https://mechanicalturk.amazonaws.com.:443/",
        "https://mechanicalturk.amazonaws.com../?Service=x",
        "https://localhost@mechanicalturk.amazonaws.com/",
        "https://mechanicalturk.amazonaws.com@localhost/",
        "https://localhost:80@mechanicalturk.amazonaws.com:443/",
        "https://mechanicalturk.amazonaws.com\\@localhost/",
        "https://localhost\\@mechanicalturk.amazonaws.com/",
        "https://mechanicalturk%2eamazonaws.com/",
        "https://%6dechanicalturk.amazonaws.com/",
        "https://mechanicalturk。amazonaws。com/",
        "https://ｍechanicalturk.amazonaws.com/",
        "https://mechanical\u00adturk.amazonaws.com/",
        "https://mechanicalturK.amazonaws.com/",
        "https://mechanical\tturk.amazonaws.com/",
        "https://mechanicalturk.amazonaws.com\n/",
        " https://mechanicalturk.amazonaws.com/",
        "https:mechanicalturk.amazonaws.com/",
        "https:///mechanicalturk.amazonaws.com/",
        "https:\\\\mechanicalturk.amazonaws.com/",
        "//mechanicalturk.amazonaws.com/",
        "mechanicalturk.amazonaws.com",
        "http://72.21.206.80/",
        "http://1209388624/",
        "http://0x48.0x15.0xce.0x50/",
        "http://0110.025.0316.0120/",
        "http://72.1363536/",
        "http://[::ffff:72.21.206.80]/",
        "http://[2600:1f18::1]/",
        "http://[2002:4815:ce50::1]/",
        "http://[::1",
        "",
    ],
)
def test_no_trick_of_spelling_goes_round_the_guard(url: str) -> None:
    """Each of these leads to production, may lead there, or cannot be told for certain."""
    with pytest.raises(RefusedForSafety):
        remote(allow_sandbox=True).check_endpoint(url)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """Return a URL with one of Amazon's hosts: any case, dots behind, port, user name, path and query."""
    host = draw(st.sampled_from(PRODUCTION + SANDBOX))
    spelled = "".join(letter.upper() if draw(st.booleans()) else letter for letter in host)
    scheme = draw(st.sampled_from(("http", "HTTPS", "https")))
    before = draw(st.sampled_from(("", "user@", "u:p@", "localhost@", "localhost\\@", "127.0.0.1:80@")))
    port = draw(st.just("") | st.integers(1, 65535).map(":{}".format))
    return f"{scheme}://{before}{spelled}{'.' * draw(st.integers(0, 3))}{port}/{draw(st.text(max_size=8))}"


@given(url=spellings())
def test_no_spelling_of_an_amazon_host_passes(url: str) -> None:
    """Case, trailing dots, ports, user names, and whatever follows as path or query, make no difference."""
    with pytest.raises(RefusedForSafety):
        remote().check_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "http://localhost/?Service=AWSMechanicalTurkRequester",
        "http://[::1]:8080/onca/xml",
        "https://mturk.staging.example/a%20b@c",
        "https://notmechanicalturk.example.com/",
        "https://mechanicalturk.amazonaws.com.example.org/",
        "https://emulator.us-east-1.elb.amazonaws.com/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_other_endpoints_pass_without_a_note(url: str) -> None:
    """A host that is not Amazon's service is nobody's business, even if its name looks a little alike."""
    assert remote().check_endpoint(url) == ()


@pytest.mark.parametrize("url", ["http://10.0.0.7/", "http://mturk.staging.example/"])
def test_plain_http_to_another_machine_is_noted(url: str) -> None:
    """Credentials in the clear are worth a word, and no refusal."""
    (note,) = remote().check_endpoint(url)
    assert "unencrypted" in note


def test_the_embedded_endpoint_takes_no_money() -> None:
    """Nothing is counted for the embedded endpoint."""
    guard = Guard(embedded=True)
    assert guard.check_call("GrantBonus", {}) == 0
    assert guard.spent == 0


@pytest.mark.parametrize(
    "operation", ["GrantBonus", "CreateHIT", "ExtendHIT", "ChangeHITTypeOfHIT", "ApproveAssignment", "grantbonus"]
)
def test_what_pays_is_refused_without_a_cap(operation: str) -> None:
    """No cap, no payment, whatever else is allowed."""
    values: Values = {**bonus("1"), "MaxAssignmentsIncrement": ["1"]}
    with pytest.raises(RefusedForSafety, match="--spend-cap"):
        remote(allow_production=True, allow_sandbox=True).check_call(operation, values)


def test_more_time_for_a_hit_is_free() -> None:
    """Its assignments were counted when it was created; more of them are not."""
    assert remote().check_call("ExtendHIT", TIME) == 0
    with pytest.raises(RefusedForSafety, match="cannot be told"):
        remote(spend_cap=Decimal(9)).check_call("ExtendHIT", {**TIME, "MaxAssignmentsIncrement": ["1"]})


def test_what_does_not_pay_needs_no_cap() -> None:
    """Reads, refusals and unknown names are free."""
    for operation in ("GetAccountBalance", "RejectQualificationRequest", "NoSuchOperation", ""):
        assert remote().check_call(operation, {}) == 0


def bonus(amount: str) -> Values:
    """Return the price of a bonus as a call carries it."""
    return {"BonusAmount": [{"Amount": [amount], "CurrencyCode": ["USD"]}]}


def test_the_running_estimate_stays_below_the_cap() -> None:
    """Each payment is counted with its fee; the one that would go over is refused and not counted."""
    guard = remote(spend_cap=Decimal(3))
    assert guard.check_call("GrantBonus", bonus("1.00")) == Decimal("1.45")
    assert guard.check_call("GrantBonus", bonus("1.00")) == Decimal("1.45")
    with pytest.raises(RefusedForSafety, match="goes over the cap of 3"):
        guard.check_call("GrantBonus", bonus("0.50"))
    assert guard.spent == Decimal("2.90")


def test_a_hit_costs_its_reward_for_each_assignment() -> None:
    """The least fee counts where the share is less; approving later costs nothing more."""
    guard = remote(spend_cap=Decimal(9))
    reward: Values = {"Reward": [{"Amount": ["0.01"]}], "MaxAssignments": ["10"]}
    assert guard.check_call("CreateHIT", reward) == Decimal("0.20")
    assert guard.check_call("ApproveAssignment", {"AssignmentId": ["A1"]}) == 0


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"HITTypeId": ["T"]},
        {"BonusAmount": ["1"]},
        bonus("much"),
        bonus("-1"),
        bonus("NaN"),
        {**bonus("1"), "MaxAssignments": ["many"]},
    ],
)
def test_a_cost_that_cannot_be_told_is_refused(values: Values) -> None:
    """A cap is worth nothing if a call of unknown cost passes."""
    with pytest.raises(RefusedForSafety, match="cannot be told"):
        remote(spend_cap=Decimal(100)).check_call("GrantBonus", values)


@given(amounts=st.lists(st.decimals(0, 50, places=2), max_size=12), cap=st.decimals(0, 60, places=2))
def test_no_sequence_of_payments_goes_over_the_cap(amounts: list[Decimal], cap: Decimal) -> None:
    """Whatever is asked for, what was let through never exceeds the cap."""
    guard = remote(spend_cap=cap)
    passed = Decimal(0)
    for amount in amounts:
        try:
            guard.check_call("GrantBonus", bonus(str(amount)))
            passed += amount
        except RefusedForSafety:
            continue
    assert passed <= guard.spent <= cap or guard.spent == 0
