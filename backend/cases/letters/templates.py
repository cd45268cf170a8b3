"""The wording of each letter, read from data."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

CONTENT = Path(__file__).with_name("letters.yaml")

Issuer = Literal["town", "county", "decider"]


@dataclass(frozen=True, slots=True)
class Template:
    """One letter. A paragraph whose words are not known is left out; `rows` names the fields of its table."""

    code: str
    title: str
    issuer: Issuer
    body: tuple[str, ...]
    basis: str
    closing: str = "特此告知。"
    entries: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    remedy: bool = False
    receipt: bool = True
    addressed: bool = True


@cache
def _content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CONTENT.read_text("utf-8"))
    return found


@cache
def templates() -> dict[str, Template]:
    """Return the letters by code."""
    return {
        code: Template(
            code=code,
            title=entry["title"],
            issuer=entry["issuer"],
            body=tuple(entry["body"]),
            basis=entry["basis"],
            closing=entry.get("closing", "特此告知。"),
            entries=entry.get("entries", ""),
            rows=tuple((row[0], row[1]) for row in entry.get("rows", ())),
            remedy=entry.get("remedy", False),
            receipt=entry.get("receipt", True),
            addressed=entry.get("addressed", True),
        )
        for code, entry in _content()["letters"].items()
    }


def letter_of(action: str, change: str | None = None) -> str | None:
    """Return the letter that an action issues, if any; a planned change issues one only when it takes away."""
    wanted = _content()["issued_by"].get(action)
    if isinstance(wanted, dict):
        return wanted.get(change)
    return wanted or None


REMEDY: str = _content()["remedy"]
CONTACT: str = _content()["contact"]
NUMBER: str = _content()["number"]
TEMPLATE = Path(__file__).with_name("letter.typ")
