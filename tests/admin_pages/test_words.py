"""Every word of the portal stands in English too."""

import ast
import json
import re
from pathlib import Path

from admin_pages.kernel.openapi import ApiDocument

ROOT = Path(__file__).parent.parent.parent
CHINESE = re.compile("[\u4e00-\u9fff]")


def texts(path: Path) -> set[str]:
    """Return the Chinese literals of a file that stand alone: not docstrings, not parts of f-strings."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in skipped
    }


def test_every_text_of_a_page_has_its_english() -> None:
    words = json.loads((ROOT / "admin_pages" / "english.json").read_text("utf-8"))
    missing = {text for path in (ROOT / "admin_pages").rglob("*.py") for text in texts(path)} - set(words)
    assert missing == set()


def test_every_route_and_field_of_the_document_has_its_english(app: object) -> None:
    from backend.kernel.i18n import english

    missing = {text for text in _said(app.openapi()) if CHINESE.search(text) and text not in english()}
    assert sorted(missing)[:40] == []


def _said(node: object) -> set[str]:
    found: set[str] = set()
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "x-labels" and isinstance(value, dict):
                found |= set(value.values())
            elif key == "title" and isinstance(value, str):
                found.add(value)
            else:
                found |= _said(value)
    elif isinstance(node, list):
        for value in node:
            found |= _said(value)
    return found


def test_every_route_that_does_something_says_so_in_english(app: object) -> None:
    """The portal's buttons and the explanations of its dialogs are halves of these sentences."""
    from backend.kernel.i18n import english

    sentences = {
        str(operation.get("description", "")).partition("\n")[0]
        for operations in app.openapi()["paths"].values()
        for method, operation in operations.items()
        if method != "get"
    }
    assert sorted(text for text in sentences if CHINESE.search(text) and text not in english()) == []


def test_a_button_is_the_first_clause_of_its_route_in_both_languages() -> None:
    from admin_pages.kernel.openapi import headline, headline_in_english

    assert headline("上传名册（xlsx、csv）。先试校验。") == ("上传名册", "xlsx、csv。先试校验")
    assert headline_in_english("Upload a roster (xlsx, csv). Try it first.") == (
        "Upload a roster",
        "Xlsx, csv. Try it first",
    )
    assert headline_in_english("Make a project; its first version is a draft.") == (
        "Make a project",
        "Its first version is a draft",
    )


def test_nothing_is_said_as_nothing(app: object) -> None:
    """Words are learnt from the API's document; a sentence of one part has no second half to learn."""
    from backend.kernel.i18n import english, say

    assert ApiDocument(app).document["paths"]  # type: ignore[arg-type]
    assert "" not in english()
    assert say("", "en") == ""
