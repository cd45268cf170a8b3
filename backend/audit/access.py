"""Who looked at whose file: noted with every masked view, written together a moment later.

A view must stay as cheap as the reading itself, so notes are gathered and copied once a second. A killed server loses
that second; what shows a number in full is never here but in the chained trail, before the number leaves.
"""

import asyncio
import logging
import time
from datetime import datetime
from typing import Any

from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import Planning, database
from backend.kernel.models import now

log = logging.getLogger("ejia.access")
_COLUMNS = (
    "occurred_at", "user_id", "username", "user_name", "subject_kind", "subject_id", "division_code",
)  # fmt: skip
GATHER_SECONDS = 1.0
# Turning the pages of one file is one look at it.
SAME_LOOK_SECONDS = 300
WAITING_MAX = 50_000
Note = tuple[datetime, int, str, str, str, int, str]


class AccessBook:
    """The notes of this process that are not written yet."""

    def __init__(self) -> None:
        self._waiting: list[Note] = []
        self._last: dict[tuple[int, str, int], float] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, actor: Actor, kind: str, subject_id: int, division_code: str | None) -> None:
        """Note that the actor is about to see somebody's file."""
        key, moment = (actor.user_id, kind, subject_id), time.monotonic()
        if moment - self._last.get(key, -SAME_LOOK_SECONDS) < SAME_LOOK_SECONDS:
            return
        if len(self._last) > WAITING_MAX:
            self._last.clear()
        self._last[key] = moment
        place = division_code or settings().county_code
        self._waiting.append((now(), actor.user_id, actor.username, actor.name, kind, subject_id, place))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._later())

    async def _later(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        await self.write()

    async def write(self) -> None:
        """Write what waits; keep it for the next time when the database is away."""
        notes, self._waiting = self._waiting, []
        if not notes:
            return
        try:
            async with (await database.pool(Planning.ONCE)).acquire() as connection:
                await connection.copy_records_to_table("access_record", records=notes, columns=_COLUMNS)
        except Exception:
            log.exception("%d views could not be written yet", len(notes))
            self._waiting = (notes + self._waiting)[-WAITING_MAX:]


book = AccessBook()


def saw(actor: Actor, row: dict[str, Any], kind: str) -> None:
    """Note a look at a row that has been read for showing."""
    book.note(actor, kind, row["id"], row.get("division_code"))
