"""Who sent this request; identity installs the answer, every router depends on it here."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from backend.kernel.actor import Actor
from backend.kernel.errors import NotSignedIn

Finder = Callable[[Request], Awaitable[Actor]]


async def _refuse(request: Request) -> Actor:
    del request
    raise NotSignedIn


_finder: list[Finder] = [_refuse]


def install(finder: Finder) -> None:
    """Let identity say who is calling; without it nobody is."""
    _finder[0] = finder


async def current_actor(request: Request) -> Actor:
    """Return the signed-in person, found once per request; raise NotSignedIn for a stranger."""
    actor = request.scope.get("ejia_actor")
    if not isinstance(actor, Actor):
        actor = await _finder[0](request)
        request.scope["ejia_actor"] = actor
    return actor


ActorDep = Annotated[Actor, Depends(current_actor)]
