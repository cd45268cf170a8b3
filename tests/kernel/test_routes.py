"""A route is a unit of work: committed before the answer, undone by an error, done once per key."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.api import answer_database_error, answer_domain_error
from backend.kernel import sign_in
from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.errors import Conflict, DomainError
from backend.kernel.routes import new_router
from tests.conftest import committed


class Note(BaseModel):
    words: str


@pytest.fixture(scope="module")
async def client(worker_database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with committed() as session:
        await session.execute(text("CREATE TABLE route_note (id bigint GENERATED ALWAYS AS IDENTITY, words text)"))
        await session.execute(
            text(
                "CREATE OR REPLACE FUNCTION route_note_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.words = 'late' THEN RAISE EXCEPTION '分录不平衡' USING ERRCODE = 'EJ001'; END IF; RETURN NULL; END $$"
            )
        )
        await session.execute(
            text(
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON route_note DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION route_note_check()"
            )
        )
    router = new_router("/notes", "记事")

    @router.post("", status_code=201)
    async def write(session: SessionDep, note: Note) -> dict[str, int]:
        row = await session.execute(text("INSERT INTO route_note (words) VALUES (:w) RETURNING id"), {"w": note.words})
        if note.words == "refused":
            raise Conflict(reason="不行")
        await asyncio.sleep(0.05)
        return {"id": row.scalar_one()}

    app = FastAPI()
    app.add_exception_handler(DomainError, answer_domain_error)
    app.add_exception_handler(DBAPIError, answer_database_error)
    app.include_router(router)
    finder = sign_in._finder[0]

    async def somebody(request: object) -> Actor:
        return Actor(user_id=42, username="li", name="李")

    sign_in.install(somebody)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    sign_in.install(finder)
    async with committed() as session:
        await session.execute(text("DROP TABLE route_note"))


async def count(words: str) -> int:
    async with committed() as session:
        row = await session.execute(text("SELECT count(*) FROM route_note WHERE words = :w"), {"w": words})
        return row.scalar_one()


async def test_an_error_undoes_everything(client: httpx.AsyncClient) -> None:
    assert (await client.post("/notes", json={"words": "refused"})).status_code == 409
    assert await count("refused") == 0


async def test_a_deferred_constraint_is_an_error_of_the_answer(client: httpx.AsyncClient) -> None:
    answer = await client.post("/notes", json={"words": "late"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "分录不平衡")
    assert await count("late") == 0


async def test_the_same_key_gives_the_same_answer_and_one_row(client: httpx.AsyncClient) -> None:
    first, second = [
        await client.post("/notes", json={"words": "once"}, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    ]
    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert await count("once") == 1


async def test_two_at_the_same_moment_are_one(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post("/notes", json={"words": "together"}, headers={"Idempotency-Key": "k2"}) for _ in range(5))
    )
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert await count("together") == 1


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/notes", json={"words": "a"}, headers={"Idempotency-Key": "k3"})
    answer = await client.post("/notes", json={"words": "b"}, headers={"Idempotency-Key": "k3"})
    assert answer.status_code == 409
    assert await count("b") == 0


async def test_a_failed_request_may_be_sent_again_with_its_key(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await client.post("/notes", json={"words": "refused"}, headers={"Idempotency-Key": "k4"})
        assert answer.status_code == 409
        assert answer.json()["detail"] == "不行"
