"""What a user says about an endpoint is read in order of nearness, and every mistake is told in full."""

from decimal import Decimal
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.target.profile import Profile, control_token, load_profile, receptor_bind, second_secrets, secrets
from conformance.target.profile_keys import KEYS, Deviation

TEXT = """
[tool.other]
x = 1
[tool.mturk-conformance]
read_timeout = 7
settling_time = 1.5
[tool.mturk-conformance.profiles.staging]
url = "https://staging.example/mturk"
read_timeout = 9
versions = ["2012-03-25", "2014-08-15"]
spend_cap = 0.10
deviations = { "Price.Amount" = "rounds to cents" }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project folder with a profile in its pyproject.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(TEXT)
    return tmp_path


def message(text: str, tmp_path: Path, *, name: str | None = None) -> str:
    """Return what is said of a profile file with ``text``."""
    file = tmp_path / "profile.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_profile(name, file=file, overrides={}, environ={})
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_without_any_word_the_target_is_the_embedded_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no variable, no flag: the embedded endpoint with all its drivers, at both ends of the history."""
    monkeypatch.chdir(tmp_path)
    profile = load_profile(None, file=None, overrides={}, environ={"HOME": "/"})
    assert profile == Profile(versions=(VERSIONS[0], LATEST, TODAY))
    assert profile.url is None
    assert (profile.worker_driver, profile.clock_driver, profile.restart_hook) == ("reference",) * 3
    assert not profile.allow_production
    assert not profile.allow_sandbox


@pytest.mark.usefixtures("project")
def test_the_named_profile_goes_before_the_common_keys() -> None:
    """A key of the profile wins over the same key outside; money is read as written."""
    profile = load_profile("staging", file=None, overrides={}, environ={})
    assert (profile.name, profile.url) == ("staging", "https://staging.example/mturk")
    assert (profile.read_timeout, profile.settling_time) == (9.0, 1.5)
    assert profile.versions == ("2012-03-25", "2014-08-15")
    assert profile.spend_cap == Decimal("0.10")
    assert profile.deviations == (Deviation(requirement="Price.Amount", reason="rounds to cents"),)
    assert profile.limits.read_timeout == 9.0


@pytest.mark.usefixtures("project")
def test_flag_then_environment_then_profile_then_default() -> None:
    """Each nearer word wins; a flag that was not given (None) and an empty variable say nothing."""
    environ = {
        "MTURK_CONFORMANCE_READ_TIMEOUT": "11",
        "MTURK_CONFORMANCE_VERSIONS": "2006-10-31, 2008-08-02",
        "MTURK_CONFORMANCE_ALLOW_SANDBOX": "true",
        "MTURK_CONFORMANCE_URL": "",
        "MTURK_CONFORMANCE_PROFILE": "staging",
    }
    assert load_profile("staging", file=None, overrides={}, environ={}).read_timeout == 9
    profile = load_profile(None, file=None, overrides={"read_timeout": None}, environ=environ)
    assert (profile.name, profile.read_timeout, profile.allow_sandbox) == ("staging", 11.0, True)
    assert profile.versions == ("2006-10-31", "2008-08-02")
    flags = {"read_timeout": 13, "versions": ("2014-08-15",), "allow_sandbox": False}
    profile = load_profile(None, file=None, overrides=flags, environ=environ)
    assert (profile.read_timeout, profile.versions, profile.allow_sandbox) == (13.0, ("2014-08-15",), False)


@pytest.mark.usefixtures("project")
def test_the_embedded_endpoint_can_be_named_over_a_profile() -> None:
    """The word "embedded" as URL takes the place of the profile's URL, drivers included."""
    profile = load_profile("staging", file=None, overrides={"url": "embedded"}, environ={})
    assert (profile.url, profile.worker_driver) == (None, "reference")


def test_a_file_of_its_own_needs_no_tool_table(tmp_path: Path) -> None:
    """In a profile file the keys stand at the top, named profiles below `profiles`."""
    file = tmp_path / "profile.toml"
    file.write_text('url = "http://localhost:1/"\n[profiles.slow]\nsettling_time = 3\n')
    assert load_profile(None, file=file, overrides={}, environ={}).settling_time == 0
    slow = load_profile("slow", file=file, overrides={}, environ={})
    assert (slow.url, slow.settling_time, slow.worker_driver) == ("http://localhost:1/", 3.0, "none")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a = [1", ("profile.toml", "line 1")),
        ('ulr = "http://a/"', ("profile.toml", "unknown key 'ulr'", "did you mean url?")),
        ("read_timeout = true", ("read_timeout is True", "a number of seconds above 0")),
        ("total_timeout = 0", ("total_timeout", "above 0")),
        ("settling_time = inf", ("settling_time", "0 or more")),
        ("spend_cap = nan", ("spend_cap", "US dollars")),
        ('spend_cap = "-1"', ("spend_cap", "US dollars")),
        ("allow_production = 1", ("allow_production is 1", "true or false")),
        ('versions = "2014-08-15"', ("versions is '2014-08-15'", "a list of API versions")),
        ('versions = ["2014-08-14"]', ("versions:", "did you mean 2014-08-15?")),
        ("versions = []", ("versions is []", "a list of API versions")),
        ('bindings = ["carrier pigeon"]', ("bindings", "query")),
        ('plays = "dead"', ("plays is 'dead'", '"living" or "retired"')),
        ('deviations = ["A.b"]', ("deviations", "a table of requirement ids with their reasons")),
        ('deviations = { "A.b" = "" }', ("deviations",)),
        ('url = "localhost:8000"', ("url", "begins with http://")),
        ('url = "http://"', ("url", "names a host")),
        ('url = "http://[::1"', ("url", "names a host")),
        ('url = "http://a:70000/"', ("url",)),
        ("profiles = 1", ("profiles is 1", "expected a table")),
        ('worker_driver = "http"', ('"http"', "embedded endpoint")),
        ('url = "http://a/"\nrestart_hook = "reference"', ('"reference"', "http://a/")),
    ],
)
def test_each_mistake_in_a_file_names_key_and_expectation(text: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    """The message holds the place, the key, what was found and what is expected."""
    said = message(text, tmp_path)
    for part in parts:
        assert part in said


def test_an_unknown_profile_is_named_with_the_nearest(tmp_path: Path) -> None:
    """A wrong name is answered with the one that was probably meant, or with the fact that there is none."""
    text = "[profiles.staging]\n[profiles.local]\n"
    assert "did you mean staging?" in message(text, tmp_path, name="stagin")
    assert "holds no profile" in message("", tmp_path, name="staging")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, a folder and a file of bytes are told apart."""
    (tmp_path / "bytes.toml").write_bytes(b'url = "\xff"')
    for name, part in (("none.toml", "No such file"), (".", "directory"), ("bytes.toml", "UTF-8")):
        with pytest.raises(UsageError, match=part):
            load_profile(None, file=tmp_path / name, overrides={}, environ={})


@pytest.mark.parametrize(
    ("variable", "text", "part"),
    [
        ("MTURK_CONFORMANCE_SPEND_CAP", "lots", "MTURK_CONFORMANCE_SPEND_CAP: spend_cap is 'lots'"),
        ("MTURK_CONFORMANCE_ALLOW_PRODUCTION", "maybe", "expected true or false"),
        ("MTURK_CONFORMANCE_SPENDCAP", "1", "did you mean spend_cap?"),
        ("MTURK_CONFORMANCE_DEVIATIONS", "a", "cannot be set in the environment"),
    ],
)
def test_each_mistake_in_the_environment_names_the_variable(variable: str, text: str, part: str) -> None:
    """A variable that cannot be used is named, whatever is wrong with it."""
    with pytest.raises(UsageError) as caught:
        load_profile(None, file=None, overrides={}, environ={variable: text})
    assert variable in str(caught.value)
    assert part in str(caught.value)


def test_a_variable_named_as_the_carrier_of_a_secret_is_no_setting(tmp_path: Path) -> None:
    """Credentials may stand in variables with the kit's own prefix."""
    file = tmp_path / "profile.toml"
    file.write_text('url = "http://localhost/"\nsecret_key_env = "MTURK_CONFORMANCE_SECRET"')
    environ = {"MTURK_CONFORMANCE_SECRET": "s3cret", "MTURK_ACCESS_KEY_ID": "AKID"}
    credentials = secrets(load_profile(None, file=file, overrides={}, environ=environ), environ)
    assert credentials.secret_key == "s3cret"
    assert "s3cret" not in repr(credentials)


def test_missing_credentials_name_the_variables_to_set() -> None:
    """Both variables are named if both are missing, one if one is; half a second account is a mistake too."""
    profile = Profile(url="http://localhost/")
    with pytest.raises(UsageError, match="MTURK_ACCESS_KEY_ID and MTURK_SECRET_KEY are not set"):
        secrets(profile, {})
    with pytest.raises(UsageError, match="and MTURK_SECRET_KEY is not set"):
        secrets(profile, {"MTURK_ACCESS_KEY_ID": "A"})
    assert second_secrets(profile, {}) is None
    with pytest.raises(UsageError, match="MTURK_SECOND_ACCESS_KEY_ID is not set"):
        second_secrets(profile, {"MTURK_SECOND_SECRET_KEY": "s"})
    with pytest.raises(UsageError, match="MTURK_CONTROL_TOKEN is not set"):
        control_token(profile, {})


@pytest.mark.parametrize("key", [name for name in KEYS if name.endswith("_env")] + ["url", "control_url"])
def test_a_secret_written_in_the_wrong_place_is_not_repeated(key: str, tmp_path: Path) -> None:
    """A secret key where a variable's name belongs, and a password in a URL, stay out of the message."""
    text = f'{key} = "https://user:wJalrXUtnFEMI@host/"' if "url" in key else f'{key} = "wJalrXUtnFEMI"'
    assert "wJalrXUtnFEMI" not in message(text, tmp_path)


def test_every_key_is_a_field_and_every_field_a_key() -> None:
    """The table of keys and the profile say the same."""
    assert set(KEYS) | {"name"} == set(Profile.__dataclass_fields__)


def test_a_receptor_listens_where_its_address_leads(tmp_path: Path) -> None:
    """On this machine that follows from the address; elsewhere it has to be said."""
    where = 'url = "https://staging.example/"\n'
    file = tmp_path / "profile.toml"
    for urls, bind, expected in (
        (["http://127.0.0.1:8081/"], None, ("127.0.0.1", 8081)),
        (["http://localhost/n"], None, ("localhost", 80)),
        (["http://kit.example/", "http://kit.example:8080/"], "0.0.0.0:8080", ("0.0.0.0", 8080)),
        (["http://kit.example/"], "[::]:80", ("::", 80)),
    ):
        file.write_text(f"{where}receptor_urls = {urls}\n" + (f'receptor_bind = "{bind}"\n' if bind else ""))
        profile = load_profile(None, file=file, overrides={}, environ={})
        assert profile.receptor_urls == tuple(urls)
        assert receptor_bind(profile) == expected
    environ = {"MTURK_CONFORMANCE_RECEPTOR_URLS": "http://localhost:1/, http://localhost:2/"}
    file.write_text(where)
    loaded = load_profile(None, file=file, overrides={}, environ=environ)
    assert loaded.receptor_urls == ("http://localhost:1/", "http://localhost:2/")
    assert "Set receptor_bind" in message(f'{where}receptor_urls = ["http://kit.example/"]', tmp_path)
    assert "of its own" in message('receptor_urls = ["http://127.0.0.1:1/"]', tmp_path)
    for key, value in (
        ("receptor_urls", '"http://a.example/"'),
        ("receptor_urls", '["http://a.example/?b=c"]'),
        ("receptor_urls", '["embedded"]'),
        ("receptor_bind", '"8080"'),
        ("receptor_bind", '"0.0.0.0:99999"'),
    ):
        assert f"{key} is" in message(f"{where}{key} = {value}", tmp_path)


def test_the_other_scheme_is_another_one(tmp_path: Path) -> None:
    """Two addresses by one scheme, or an address beside the embedded endpoint, are refused."""
    good = 'url = "http://localhost/"\nother_scheme_url = "https://localhost/"'
    (tmp_path / "good.toml").write_text(good)
    read = load_profile(None, file=tmp_path / "good.toml", overrides={}, environ={})
    assert read.other_scheme_url == "https://localhost/"
    for text in (good.replace("https", "http"), 'other_scheme_url = "https://localhost/"'):
        assert "other_scheme_url is for the address by https" in message(text, tmp_path)
