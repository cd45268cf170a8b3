"""Make people for a test: an account with a post, and a client that is signed in as it."""

from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx

from backend.identity.models import Post, User
from backend.identity.passwords import hash_password
from backend.identity.repository import today
from tests.conftest import committed

PASSWORD = "Right-Horse-42"


async def make_person(role: str | None = "town_clerk", division_code: str = "371623109", **post) -> User:
    async with committed() as session:
        user = User(
            username=f"t{uuid4().hex[:12]}", name="试用人", division_code=division_code,
            password_hash=hash_password(PASSWORD), must_change_password=post.pop("must_change_password", False),
        )  # fmt: skip
        session.add(user)
        await session.flush()
        if role is not None:
            since = post.pop("valid_from", today() - timedelta(days=30))
            session.add(Post(user_id=user.id, role=role, division_code=division_code, valid_from=since, **post))
    return user


def stranger(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test", timeout=60
    )


async def token_of(client: httpx.AsyncClient, username: str, password: str = PASSWORD, **more) -> httpx.Response:
    return await client.post("/api/v1/auth/token", data={"username": username, "password": password, **more})


@asynccontextmanager
async def signed_in(app, user: User):
    async with stranger(app) as client:
        answer = await token_of(client, user.username)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client
