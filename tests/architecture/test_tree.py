"""The tree keeps its promises: small files, fixed names, one committer, words in both languages."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(p for top in ("backend", "admin_pages", "policies", "storage") for p in (ROOT / top).rglob("*.py"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
COMMITTERS = {"backend/kernel/routes.py", "backend/migrate.py"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError\(\))\b|coming soon|敬请期待|暂未开放")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_fits_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= FILE_LINES_MAX
    for function in functions(path):
        length = function.end_lineno - function.lineno + 1
        assert length <= FUNCTION_LINES_MAX, f"{function.name} has {length} lines"


def test_nobody_commits_but_the_unit_of_work() -> None:
    assert {name(p) for p in SOURCES if ".commit(" in p.read_text("utf-8")} <= COMMITTERS


def test_no_junk_drawer() -> None:
    assert not {p.stem for p in SOURCES} & {"utils", "helpers", "common", "misc", "base", "manager"}


def test_nothing_is_left_unfinished() -> None:
    assert [name(p) for p in SOURCES if UNFINISHED.search(p.read_text("utf-8"))] == []


def test_money_is_never_a_float() -> None:
    wrong = re.compile(r"(amount|money|balance|total)\w*\s*:\s*float")
    assert [name(p) for p in SOURCES if wrong.search(p.read_text("utf-8"))] == []


def test_every_english_file_is_a_flat_map_of_texts() -> None:
    for path in ROOT.glob("**/english.json"):
        if ".venv" in path.parts or "node_modules" in path.parts:
            continue
        words = json.loads(path.read_text("utf-8"))
        assert all(isinstance(k, str) and isinstance(v, str) and v for k, v in words.items()), path


def test_pages_hold_no_sql() -> None:
    wrong = re.compile(r"\b(select\(|sqlalchemy\.(?!ext\.asyncio)|session\.exec)")
    assert [
        name(p) for p in SOURCES if p.parts[len(ROOT.parts)] == "admin_pages" and wrong.search(p.read_text("utf-8"))
    ] == []
