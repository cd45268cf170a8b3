"""What higher domains know about a person or household, asked without knowing who answers.

A higher domain registers in its `subscriptions.py`:

    providers.register("open_cases", open_cases_of)   # async (session, actor, person_id, household_id) -> list[dict]
"""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.kernel.actor import Actor

Provider = Callable[[AsyncSession, Actor, int | None, int | None], Awaitable[list[dict[str, Any]]]]
_providers: dict[str, list[Provider]] = {}


def register(topic: str, provider: Provider) -> None:
    """Let a provider answer about a topic (`open_cases`, `benefits`), once however often it is registered."""
    known = _providers.setdefault(topic, [])
    if provider not in known:
        known.append(provider)


async def ask(
    session: AsyncSession, actor: Actor, topic: str, person_id: int | None, household_id: int | None
) -> list[dict[str, Any]]:
    """Return what all providers of a topic know."""
    found: list[dict[str, Any]] = []
    for provider in _providers.get(topic, ()):
        found += await provider(session, actor, person_id, household_id)
    return found
