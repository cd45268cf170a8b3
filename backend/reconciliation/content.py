"""The shipped ways in which banks write a statement as a table."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "content" / "statement_templates.yaml"


@cache
def templates() -> dict[str, dict[str, Any]]:
    """Return the templates by their codes."""
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {template["code"]: template for template in found}
