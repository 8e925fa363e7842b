"""Which cases of the suites verify a requirement, read from the suites as text.

They are imported only where a requirement may stand in the rows of a case: with pytest, that takes longer than
everything else that ``explain`` does.
"""

import ast
import importlib
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from conformance.spec.requirements import Requirement
from conformance.spec.versions import VERSIONS

SUITES = Path(__file__).resolve().parents[1] / "suites"
_PACKAGE = "conformance.suites."
_QUICK = ("conformance.spec.", "conformance.wire.", "conformance.checks.")
_NAMES_VALUES = re.compile(r"\.verifies\([^)]*?(\*|(?<=[(,\s])[A-Z]\w*[,)])")
_IMPORTED = re.compile(r"^from conformance\.suites\.(\w+) import", re.MULTILINE)
# Their rows are the cases of one request, the sweeps, and the calls that show the checks what these decide: `explain`
# tells all three by themselves.
_TOLD_ELSEWHERE = ("test_cases", "test_operations", "test_sweeps")


def suites_for(requirement: Requirement) -> Iterator[str]:
    """Yield the cases of the suites that verify a requirement, as a record names them, and what each says of itself."""
    id_, last = requirement.id, requirement.id.rpartition(".")[2]
    for module in _modules():
        text = _text(module)
        if last.rpartition("-")[2] in text or _NAMES_VALUES.search(text):
            for function in _functions(module):
                if any(
                    id_ in _ids(module, mark, requirement.article)
                    for mark in _marks(function)
                    if _may_name(module, mark, last)
                ):
                    told = (ast.get_docstring(function) or "").partition("\n")[0]
                    yield f"{readable(module)}/{readable(function.name)}" + (f": {told}" if told else "")
        of_rows = ".each(" in text and module not in _TOLD_ELSEWHERE
        if of_rows and (requirement.article in text or _written(module, last)):
            yield from _rows(module).get(id_, ())


def readable(name: str) -> str:
    """Return the name of a module or function as people read it."""
    return name.removeprefix("test_").replace("_", "-")


@cache
def _text(module: str) -> str:
    return (SUITES / f"{module}.py").read_text("utf-8")


@cache
def _modules() -> tuple[str, ...]:
    return tuple(path.stem for path in sorted(SUITES.glob("test_*.py")))


@cache
def _written(module: str, last: str) -> bool:
    """Tell whether the rows of a module can name a requirement whose id ends so: it or what it imports writes it."""
    text = _text(module)
    return f'{last}"' in text or any(_written(one, last) for one in _imports(module))


@cache
def _imports(module: str) -> tuple[str, ...]:
    return tuple(_IMPORTED.findall(_text(module)))


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_text(module))


@cache
def _functions(module: str) -> tuple[ast.FunctionDef, ...]:
    return tuple(node for node in _tree(module).body if isinstance(node, ast.FunctionDef))


def _marks(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "verifies":
            yield mark


def _may_name(module: str, mark: ast.Call, last: str) -> bool:
    """Tell whether a mark can name a requirement whose id ends so: it writes the last word, or names values."""
    return last.rpartition("-")[2] in _source(module, mark) or any(
        isinstance(one, ast.Name | ast.Starred) for one in mark.args
    )


@cache
def _source(module: str, mark: ast.Call) -> str:
    return "\n".join(_text(module).splitlines()[mark.lineno - 1 : mark.end_lineno])


@cache
def _ids(module: str, mark: ast.Call, article: str) -> tuple[str, ...]:
    """Return the ids that a mark names; one that takes a function is read only for articles that its module names."""
    named = ast.Tuple(elts=mark.args, ctx=ast.Load())
    try:
        return tuple(_value(module, named))
    except NameError:
        known = dict(vars(_imported(module))) if article in _text(module) else None
        return tuple(_value(module, named, known)) if known else ()


def _value(module: str, expression: ast.expr, known: dict[str, Any] | None = None) -> Any:
    """Return what an expression of a module is, by the names that the module gives to values or imports."""
    if isinstance(expression, ast.Tuple) and all(isinstance(one, ast.Constant) for one in expression.elts):
        return tuple(one.value for one in expression.elts if isinstance(one, ast.Constant))
    nodes = [node for node in ast.walk(expression) if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    needed = {node.id for node in nodes if known is None and node.id not in bound and node.id in _names(module)}
    names = known or {name: _named(module, name) for name in needed}
    return eval(compile(ast.fix_missing_locations(ast.Expression(body=expression)), module, "eval"), names)


@cache
def _names(module: str) -> dict[str, ast.stmt]:
    """Return the names that a module defines, each with the statement that does."""
    found: dict[str, ast.stmt] = {}
    for statement in _tree(module).body:
        match statement:
            case ast.ImportFrom(names=imported):
                found |= {one.asname or one.name: statement for one in imported}
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target, value=ast.expr()):
                found |= {node.id: statement for node in ast.walk(target) if isinstance(node, ast.Name)}
    return found


@cache
def _named(module: str, name: str) -> Any:
    statement = _names(module).get(name)
    if isinstance(statement, ast.ImportFrom):
        own = next(one.name for one in statement.names if name == (one.asname or one.name))
        source = statement.module or ""
        if source.startswith(_PACKAGE):
            return _named(source.removeprefix(_PACKAGE), own)
        if source.startswith(_QUICK):
            return getattr(importlib.import_module(source), own)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        raise NameError(name)  # a function, say
    value = _value(module, statement.value)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    if isinstance(target, ast.Tuple):
        return tuple(value)[[node.id for node in target.elts if isinstance(node, ast.Name)].index(name)]
    return value


def _imported(module: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody has told pytest of the marks
        return importlib.import_module(f"{_PACKAGE}{module}")


@cache
def _rows(module: str) -> dict[str, tuple[str, ...]]:
    """Return the cases of a module that are rows, by the requirements that they verify."""
    functions = vars(_imported(module))
    found: dict[str, dict[str, None]] = {}
    for name, function in functions.items():
        for mark in getattr(function, "pytestmark", ()) if name.startswith("test_") else ():
            rows = mark.kwargs["rows"] if mark.name == "each" else lambda _: ()
            for row in (row for version in VERSIONS for row in rows(version)):
                for id_ in row.verifies:
                    found.setdefault(id_, {})[f"{readable(module)}/{readable(name)}/{row.id}"] = None
    return {id_: tuple(cases) for id_, cases in found.items()}
