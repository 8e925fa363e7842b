"""Finding the folders of facts in a wheel, in a checkout, and nowhere."""

from pathlib import Path

import pytest

from conformance.errors import KitError
from conformance.spec import data


def test_a_checkout_has_its_facts_beside_the_package() -> None:
    """Without ``_data`` in the package the folders beside it are taken."""
    assert (data.cases_dir() / "case.schema.json").is_file()
    assert data.schemas_dir().is_dir()


def test_the_facts_in_a_wheel_come_before_folders_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel lies in site-packages, where a folder called ``cases`` may belong to somebody else."""
    for folder in ("conformance/_data/cases", "cases", "schemas"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "conformance")
    assert data.cases_dir() == tmp_path / "conformance" / "_data" / "cases"
    assert data.schemas_dir() == tmp_path / "schemas"


def test_missing_facts_are_reported_with_both_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names where the folder was looked for and what to do."""
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "conformance")
    with pytest.raises(KitError, match=r"cases/: neither .*_data.* nor .* exists.*install") as raised:
        data.cases_dir()
    assert str(tmp_path / "cases") in str(raised.value)
