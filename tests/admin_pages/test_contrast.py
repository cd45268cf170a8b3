"""Our own styles can be read by weak eyes: text against what it stands on, at least 4.5 to 1 (WCAG 2.1 AA)."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent.parent / "admin_pages" / "static"
SHEETS = sorted(path for path in STATIC.rglob("*.css") if "vendor" not in path.parts)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COLOUR = re.compile(r"(?<![-\w])color:\s*(#[0-9a-fA-F]{3,6})\b")
GROUND = re.compile(r"background(?:-color)?:\s*(#[0-9a-fA-F]{3,6})\b")
# What text stands on when its own rule says nothing: the page, and the grey of explanations.
PAPER = ("#ffffff", "#f4f6fa")
AT_LEAST = 4.5


def brightness(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(css: str) -> list[str]:
    found = []
    rules = [(selector.strip(), rule) for selector, rule in RULE.findall(css)]
    laid = {selector: ground[1] for selector, rule in rules if (ground := GROUND.search(rule))}
    for selector, rule in rules:
        colour, around = COLOUR.search(rule), selector.rpartition(" ")[0]
        if colour is None or ":disabled" in selector:
            continue
        ground = laid.get(selector) or laid.get(around)
        grounds = (ground,) if ground else PAPER
        if min(contrast(colour[1], paper) for paper in grounds) < AT_LEAST:
            found.append(selector)
    return found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_text_stands_out_from_its_ground(sheet: Path) -> None:
    assert too_faint(sheet.read_text("utf-8")) == []


def test_a_faint_text_is_found() -> None:
    assert too_faint("a { color: #999 } b { color: #fff; background: #1557d4 }") == ["a"]
    assert too_faint("header { background: #15233b } header a { color: #fff }") == []
