"""The key of what was spoilt on purpose, beside the data; only the product's own people may read it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.months import today
from backend.kernel.config import settings

NAME = "demo-answer-key.json"
Places = list[dict[str, str]]


def write(rules: Mapping[str, Places]) -> None:
    """Begin the key anew: rule → the households that break it."""
    path = settings().home / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"made_at": today().isoformat(), "rules": dict(sorted(rules.items()))}
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    path.chmod(0o600)


def read() -> dict[str, Places]:
    """Return rule → households; nothing when no key was written."""
    path = settings().home / NAME
    if not path.exists():
        return {}
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return dict(document["rules"])


def add(rule: str, places: Places) -> None:
    """Note who breaks one more rule."""
    write(read() | {rule: places})


async def places_of(session: AsyncSession, household_ids: Sequence[int]) -> Places:
    """Name households as the key does."""
    rows = await session.execute(
        text(
            "SELECT number AS household, division_code, head_name AS head FROM household WHERE id = ANY (:ids)"
            " ORDER BY number"
        ),
        {"ids": list(household_ids)},
    )
    return [dict(row) for row in rows.mappings()]
