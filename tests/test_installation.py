"""What is tested: the installed wheel with its data, where tox says so."""

import os
from pathlib import Path

import conformance
from conformance.spec.data import cases_dir, schemas_dir


def test_the_installed_wheel_is_what_is_tested() -> None:
    """Under tox neither the package nor its data come from the checkout; elsewhere both come from one place."""
    package = Path(conformance.__file__).resolve().parent
    checkout = Path(__file__).resolve().parent.parent
    from_wheel = os.environ.get("TESTED_FROM") == "wheel"
    assert from_wheel == (package != checkout / "conformance")
    data = package / "_data" if from_wheel else checkout
    assert (schemas_dir(), cases_dir()) == (data / "schemas", data / "cases")
