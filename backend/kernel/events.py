"""A domain announces a fact; `backend/subscriptions.py` says who listens, in the same transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Handler = Callable[[AsyncSession, Any], Awaitable[None]]
_handlers: dict[type, list[Handler]] = defaultdict(list)


def subscribe(event: type, handler: Handler) -> None:
    """Call the handler for each event of this type, once however often it is subscribed."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


async def publish(session: AsyncSession, event: object) -> None:
    """Tell every subscriber; an error of one undoes the whole request."""
    for handler in _handlers[type(event)]:
        await handler(session, event)
