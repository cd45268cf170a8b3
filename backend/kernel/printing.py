"""PDFs from typst templates: one kept compiler per template, the Chinese font embedded and subset."""

import asyncio
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from backend.kernel.errors import FontMissing

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")


@cache
def font_folder() -> str:
    """Return the folder of a font with Chinese; raise FontMissing with what to install."""
    chosen = os.environ.get("EJIA_FONT_DIR")
    if chosen and Path(chosen).is_dir():
        return chosen
    wheel = find_spec("noto_cjk_sans_otc")
    if wheel is not None and wheel.origin is not None:
        return str(Path(wheel.origin).parent)
    for folder in FONT_FOLDERS:
        if any(Path(folder).rglob("NotoSansCJK*")):
            return folder
    raise FontMissing


@cache
def _compiler(template: Path) -> Any:
    # Kept: reading the fonts costs more than setting the page.
    return typst.Compiler(str(template), font_paths=[font_folder()], ignore_system_fonts=True)


async def pdf(template: Path, words: Mapping[str, Any]) -> bytes:
    """Set the words in the template, off the event loop."""
    data = json.dumps(words, ensure_ascii=False)
    return await asyncio.to_thread(_compile, template, data)


def _compile(template: Path, data: str) -> bytes:
    return bytes(_compiler(template).compile(format="pdf", sys_inputs={"data": data}))
