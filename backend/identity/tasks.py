"""Forget what is over: answers kept for repeated requests, and sign-ins long ended."""

from typing import Any

from sqlalchemy import text

from backend.kernel.db import unit_of_work
from backend.kernel.jobs import Running, every, task

# A client that tries again does so within minutes; a browser left open over a holiday within days.
_ANSWERS = text("DELETE FROM idempotent_answer WHERE created_at < now() - interval '7 days'")
_SIGN_INS = text("DELETE FROM sign_in_session WHERE coalesce(revoked_at, expires_at) < now() - interval '90 days'")


@task("identity.forget")
async def forget(running: Running) -> dict[str, Any]:
    """Delete both, a night's work of seconds."""
    del running
    async with unit_of_work() as session:
        answers = await session.execute(_ANSWERS)
        sign_ins = await session.execute(_SIGN_INS)
    return {"answers": answers.rowcount, "sign_ins": sign_ins.rowcount}  # type: ignore[attr-defined]


every("30 3 * * *", "identity.forget")
