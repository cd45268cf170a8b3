"""A request can be too large, and what it left behind is unreadable and forgotten in time."""

from typing import Any

from sqlalchemy import text

from backend import tables
from backend.identity.tasks import forget
from backend.kernel.jobs import Running
from backend.kernel.routes import Route
from backend.limits import FORM_BYTES
from tests.conftest import committed


async def test_a_form_too_large_is_refused_before_it_is_read(sign_in: Any) -> None:
    clerk = await sign_in("town109_clerk")
    refused = await clerk.post("/api/v1/leads", content=b"x" * (FORM_BYTES + 1), headers={"Content-Type": "text/json"})
    assert (refused.status_code, refused.json()["detail"]) == (413, "提交的内容太大")


async def test_a_body_that_says_nothing_of_its_size_is_counted(sign_in: Any) -> None:
    clerk = await sign_in("town109_clerk")

    async def endless() -> Any:
        for _ in range(FORM_BYTES // 65536 + 2):
            yield b" " * 65536

    refused = await clerk.post("/api/v1/leads", content=endless(), headers={"Content-Type": "application/json"})
    assert refused.status_code == 413


def test_every_route_that_changes_something_honours_the_key_of_a_repeated_request() -> None:
    routers = [
        router
        for module in tables.parts("router")
        for router in getattr(module, "ROUTERS", ()) or filter(None, [getattr(module, "router", None)])
    ]
    changing = [route for router in routers for route in router.routes if route.methods - {"GET", "HEAD"}]
    assert len(changing) > 50
    assert [route.path for route in changing if not isinstance(route, Route)] == []


async def test_an_answer_kept_for_a_repeated_request_is_sealed_and_forgotten_after_a_week(sign_in: Any) -> None:
    admin = await sign_in("sysadmin")
    form = {"username": "key-holder", "name": "持钥人", "division_code": "371623109"}
    made = [await admin.post("/api/v1/users", json=form, headers={"Idempotency-Key": "sealed-1"}) for _ in range(2)]
    assert made[0].json() == made[1].json()
    password = made[0].json()["first_password"]
    async with committed() as session:
        stored = await session.execute(text("SELECT answer FROM idempotent_answer WHERE key = 'sealed-1'"))
        assert password.encode() not in bytes(stored.scalar_one())
        await session.execute(
            text("UPDATE idempotent_answer SET created_at = now() - interval '8 days' WHERE key = 'sealed-1'")
        )
    assert (await forget(Running(id=0, kind="identity.forget", payload={}, user_id=0)))["answers"] >= 1
