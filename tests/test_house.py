"""The rules of the house that a reader can check and no linter does: docstrings, lengths, names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(conformance.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(Path(__file__).parent.rglob("*.py"))
MODULE_LINES = 400
FUNCTION_LINES = 60
FORBIDDEN = {"utils", "util", "helpers", "helper", "base", "manager", "misc", "common_utils"}
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Documented]]:
    """Yield every public class, and function or method of a public class, with its dotted name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield f"{prefix}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{prefix}{node.name}.")


def needs_docstring(file: Path, node: Documented) -> bool:
    """In the suites a test's name says what it is about; an overload is described where it is carried out."""
    overload = "overload" in map(ast.unparse, node.decorator_list)
    return not overload and not (file.parent.name == "suites" and node.name.startswith("test_"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_what_is_public_has_a_docstring(file: Path) -> None:
    """Module, class, function and method."""
    tree = ast.parse(file.read_text("utf-8"))
    silent = [name for name, node in public(tree) if not ast.get_docstring(node) and needs_docstring(file, node)]
    assert ast.get_docstring(tree), "the module has none"
    assert silent == []


def test_no_module_is_too_long() -> None:
    """Nor a test module."""
    lengths = {str(file): len(file.read_text("utf-8").splitlines()) for file in (*FILES, *TESTS)}
    assert {file: length for file, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    """Counted from its first line to its last, docstring and all."""
    long = [
        f"{file.name}:{node.lineno} {node.name}"
        for file in (*FILES, *TESTS)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    """A module is called after what it knows."""
    names = {part for file in FILES for part in file.relative_to(PACKAGE).with_suffix("").parts}
    assert names & FORBIDDEN == set()


def test_values_take_their_fields_by_name() -> None:
    """A public dataclass is keyword-only: a call of it can be read without looking it up."""
    loose = [
        f"{file.relative_to(PACKAGE)}:{name}"
        for file in FILES
        for name, node in public(ast.parse(file.read_text("utf-8")))
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "kw_only=True" not in ast.unparse(decorator)
    ]
    assert loose == []
