"""No SQL is put together from strings: whatever a person wrote reaches the database as a parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import HERE, PACKAGE

WRITTEN_OUT = {"text", "literal_column", "exec_driver_sql", "DDL", "TextClause"}  # take SQL as words
RUNS = {"execute", "executemany", "executescript", "scalar", "scalars", "from_statement", "prefix_with", "suffix_with"}


def made(node: ast.AST) -> bool:
    """Whether a string is put together there: f"…", +, %, .format, .join, .replace."""
    match node:
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace" | "format_map")):
            return True
    return False


def of_sqlalchemy(tree: ast.Module) -> set[str]:
    """The names under which a file has the functions that take SQL as words."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in WRITTEN_OUT
    }


def pieced_together(source: str, *, names_will_do: bool = False) -> Iterator[int]:
    """The lines where SQL is not written out. `names_will_do`: a helper may hand on what its callers wrote."""
    tree = ast.parse(source)
    ours = of_sqlalchemy(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        first = node.args[0]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        dotted = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in {"sa", "sqlalchemy"}
        takes_words = name in ours or (name in WRITTEN_OUT and dotted) or name == "exec_driver_sql"
        written = isinstance(first, ast.Constant) or (names_will_do and isinstance(first, ast.Name))
        if (takes_words and not written) or (name in RUNS and made(first)):
            yield node.lineno


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(HERE)))
def test_sql_is_written_out(path: Path) -> None:
    helpers = path.parent.name == "versions"
    assert not list(pieced_together(path.read_text(encoding="utf-8"), names_will_do=helpers))


@pytest.mark.parametrize(
    "line",
    [
        'text(f"SELECT {name}")',
        'text("SELECT " + name)',
        'text("SELECT %s" % name)',
        'text("SELECT {}".format(name))',
        "text(query)",
        'sa.text(f"{a}")',
        'session.execute(f"DELETE FROM {table}")',
        'cursor.execute("PRAGMA " + pragma)',
        'connection.exec_driver_sql(" ".join(parts))',
        "connection.exec_driver_sql(statement)",
        'session.scalars("SELECT %s" % name)',
        "select(literal_column(name))",
    ],
)
def test_the_rule_sees_every_way_of_piecing_together(line: str) -> None:
    source = f"from sqlalchemy import text, literal_column\nimport sqlalchemy as sa\n{line}\n"
    assert list(pieced_together(source)) == [3]


@pytest.mark.parametrize(
    "line", ['text("SELECT 1")', "session.execute(select(Customer))", "execute(statement)", "x.text()"]
)
def test_the_rule_lets_the_rest_be(line: str) -> None:
    assert not list(pieced_together(f"from sqlalchemy import text\n{line}\n"))
