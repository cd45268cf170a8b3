"""Chinese is the source language; English stands in `english.json` beside the code that says it."""

import json
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]
ROOT = Path(__file__).parent.parent.parent

language_of_request: ContextVar[Language] = ContextVar("language_of_request", default="zh")


@cache
def english() -> dict[str, str]:
    """Chinese text or template → English, of all packages."""
    words: dict[str, str] = {}
    for package in ("backend", "admin_pages", "policies", "storage"):
        for path in sorted((ROOT / package).rglob("english.json")):
            words |= json.loads(path.read_text("utf-8"))
    return words


def preferred(accept_language: str | None) -> Language:
    """Choose English only when the client asks for it before Chinese."""
    for part in (accept_language or "").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def say(text: str, language: Language | None = None, **facts: object) -> str:
    """Translate a template and fill in its facts; an untranslated text stays Chinese."""
    language = language or language_of_request.get()
    template = english().get(text, text) if language == "en" else text
    return template.format(**facts) if facts else template


def speak(document: Any, language: Language) -> Any:
    """Translate every text of a JSON document (OpenAPI, page) whose Chinese source is known."""
    if language == "zh":
        return document
    words = english()

    def turn(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: turn(value) for key, value in node.items()}
        if isinstance(node, list):
            return [turn(value) for value in node]
        return words.get(node, node) if isinstance(node, str) else node

    return turn(document)
