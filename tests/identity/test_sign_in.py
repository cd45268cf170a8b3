"""Signing in: passwords, lock-out, cookies with their CSRF token, second factor, and the immediate end of access."""

import json
import stat
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from jose import jwt
from sqlalchemy import text

from backend.demo import accounts
from backend.identity.repository import today
from backend.identity.service import signing_in
from backend.kernel.config import settings
from tests.conftest import committed
from tests.identity.people import PASSWORD, make_person, signed_in, stranger, token_of

ME = "/api/v1/auth/me"


@pytest.fixture(autouse=True)
def patient_rate(monkeypatch):
    monkeypatch.setattr(signing_in, "_tries", signing_in.defaultdict(signing_in.deque))
    monkeypatch.setattr(signing_in, "strangers", signing_in.Strangers())


async def test_every_demo_account_signs_in_and_is_who_the_contract_says(sign_in) -> None:
    path = settings().home / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    accounts = json.loads(path.read_text("utf-8"))
    wanted = [
        "sysadmin",
        "secadmin",
        "secaudit",
        "county_admin",
        "county_clerk",
        "county_verifier",
        "county_finance",
        "county_auditor",
        "supervisor",
        "town109_clerk",
        "town109_investigator",
        "town109_approver",
        "town109_accountant",
        "town109_cashier",
        "town001_clerk",
        "town001_approver",
        "community109_station",
        "village109_helper",
        "education_officer",
        "medical_officer",
        "housing_officer",
        "assessor_partner",
        "care_partner",
        "charity_federation",
    ]
    assert set(wanted) <= {a["username"] for a in accounts}
    for account in accounts:
        me = (await (await sign_in(account["username"])).get(ME)).json()
        assert (me["name"], me["roles"]) == (account["name"], account["roles"])
        assert me["division"]["code"] == account["division_code"]
        assert me["organization"] == account["organization"]
        assert me["permissions"]


async def test_wrong_password_and_unknown_user_get_the_same_answer(app) -> None:
    user = await make_person()
    async with stranger(app) as client:
        wrong = [await token_of(client, user.username, "wrong") for _ in range(6)]
        unknown = [await token_of(client, "nobody-here", "wrong") for _ in range(6)]
    assert [a.status_code for a in wrong] == [401] * 5 + [429]
    assert [(a.status_code, a.json()["detail"]) for a in wrong] == [
        (a.status_code, a.json()["detail"]) for a in unknown
    ]


async def test_five_failures_lock_even_the_right_password_for_a_while(app, sign_in) -> None:
    user = await make_person()
    async with stranger(app) as client:
        for _ in range(5):
            await token_of(client, user.username, "wrong")
        locked = await token_of(client, user.username)
        assert locked.status_code == 429
        assert "15 分钟" in locked.json()["detail"]
        async with committed() as session:
            await session.execute(
                text("UPDATE user_account SET locked_until = now() - interval '1 s' WHERE id = :id"), {"id": user.id}
            )
        assert (await token_of(client, user.username)).status_code == 200


async def test_one_address_cannot_try_without_end(app) -> None:
    async with stranger(app) as client:
        answers = [
            (await token_of(client, f"n{i}", "x")).status_code for i in range(signing_in.ADDRESS_TRIES_PER_MINUTE + 1)
        ]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {401}


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer a.b.c", "Basic eDp5", "Bearer "])
async def test_a_forged_token_opens_nothing(public, header) -> None:
    assert (await public.get(ME, headers={"Authorization": header})).status_code == 401


@pytest.mark.parametrize(
    ("key", "algorithm", "change"),
    [
        ("another key", "HS256", {}),
        (None, "HS512", {}),
        (None, "HS256", {"exp": datetime.now(UTC) - timedelta(minutes=1)}),
        (None, "HS256", {"iss": "other"}),
        (None, "HS256", {"sid": "no-such-session"}),
    ],
)
async def test_only_our_own_unexpired_tokens_count(public, key, algorithm, change) -> None:
    claims = {"sub": "1", "sid": "x", "iss": "ejia", "exp": datetime.now(UTC) + timedelta(hours=1)} | change
    token = jwt.encode(claims, key or settings().secret_key.get_secret_value(), algorithm=algorithm)
    assert (await public.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_the_portals_cookie_needs_the_pages_own_token_for_changes(app) -> None:
    user = await make_person()
    async with stranger(app) as client:
        answer = await client.post("/api/v1/auth/sign-in", json={"username": user.username, "password": PASSWORD})
        assert answer.status_code == 200
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("ejia_session="))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert (await client.get(ME)).status_code == 200
        assert (await client.post("/api/v1/auth/sign-out")).status_code == 403
        assert (await client.post("/api/v1/auth/sign-out", headers={"X-CSRF-Token": "0" * 40})).status_code == 403
        token = client.cookies["ejia_csrf"]
        stolen = client.cookies["ejia_session"]
        assert (await client.post("/api/v1/auth/sign-out", headers={"X-CSRF-Token": token})).status_code == 200
        assert (await client.get(ME, headers={"Cookie": f"ejia_session={stolen}"})).status_code == 401


async def test_a_revoked_session_stops_at_once_and_others_go_on(app) -> None:
    user = await make_person()
    async with signed_in(app, user) as one, signed_in(app, user) as two:
        assert (await one.get("/api/v1/roles")).status_code == 200
        sessions = (await two.get("/api/v1/auth/sessions")).json()
        other = next(s for s in sessions if not s["is_this_one"])
        assert (await two.post(f"/api/v1/auth/sessions/{other['id']}/revocation")).status_code == 200
        assert (await one.get("/api/v1/roles")).status_code == 401
        assert (await two.get("/api/v1/roles")).status_code == 200


async def test_nobody_revokes_another_persons_session(app, sign_in) -> None:
    user = await make_person()
    async with signed_in(app, user) as client:
        own = (await client.get("/api/v1/auth/sessions")).json()[0]["id"]
        clerk = await sign_in("town109_clerk")
        assert (await clerk.post(f"/api/v1/auth/sessions/{own}/revocation")).status_code == 404
        assert (await client.get(ME)).status_code == 200


async def test_a_new_password_ends_every_other_session(app) -> None:
    user = await make_person()
    async with signed_in(app, user) as one, signed_in(app, user) as two:
        weak = await one.post("/api/v1/auth/password", json={"old_password": PASSWORD, "new_password": "short"})
        assert weak.status_code == 422
        assert weak.json()["errors"][0]["field"] == "new_password"
        form = {"old_password": PASSWORD, "new_password": "Correct-Mule-77"}
        assert (await one.post("/api/v1/auth/password", json=form)).status_code == 200
        assert (await two.get(ME)).status_code == 401
        assert (await token_of(two, user.username)).status_code == 401
        assert (await token_of(two, user.username, "Correct-Mule-77")).status_code == 200


async def test_a_first_password_opens_nothing_but_its_change(app) -> None:
    user = await make_person(must_change_password=True)
    async with signed_in(app, user) as client:
        assert (await client.get(ME)).json()["must_change_password"] is True
        assert (await client.get("/api/v1/divisions")).status_code == 403
        form = {"old_password": PASSWORD, "new_password": "Correct-Mule-77"}
        assert (await client.post("/api/v1/auth/password", json=form)).status_code == 200
        assert (await client.get("/api/v1/divisions")).status_code == 200


async def test_a_second_factor_is_asked_for_once_confirmed_and_a_code_counts_once(app) -> None:
    user = await make_person("town_approver")
    async with signed_in(app, user) as client:
        wrong = await client.post("/api/v1/auth/totp", json={"password": "wrong"})
        assert wrong.status_code == 422
        uri = (await client.post("/api/v1/auth/totp", json={"password": PASSWORD})).json()["uri"]
        totp = pyotp.parse_uri(uri)
        assert (await token_of(client, user.username)).status_code == 200
        past = totp.at(datetime.now(UTC) - timedelta(seconds=30))
        assert (await client.post("/api/v1/auth/totp/confirmation", json={"code": past})).status_code == 200
        without = await token_of(client, user.username)
        assert (without.status_code, without.json()["errors"][0]["field"]) == (401, "totp")
        code = totp.now()
        assert (await token_of(client, user.username, totp=code)).status_code == 200
        assert (await token_of(client, user.username, totp=code)).status_code == 401
        stored = await _stored_secret(user.id)
        assert totp.secret.encode() not in stored


async def _stored_secret(user_id: int) -> bytes:
    async with committed() as session:
        row = await session.execute(text("SELECT totp_cipher FROM user_account WHERE id = :id"), {"id": user_id})
        return bytes(row.scalar_one())


async def test_nobody_enters_without_a_post(app) -> None:
    never = await make_person(None)
    ended = await make_person(valid_to=today() - timedelta(days=1))
    not_yet = await make_person(valid_from=today() + timedelta(days=2))
    async with stranger(app) as client:
        for user in (never, ended, not_yet):
            assert (await token_of(client, user.username)).status_code == 403


async def test_access_ends_with_the_post_for_those_signed_in(app, sign_in) -> None:
    user = await make_person()
    security = await sign_in("secadmin")
    found = (await security.get("/api/v1/posts", params={"user_id": user.id})).json()["items"]
    assert [row["allowed_actions"] for row in found] == [["ending"]]
    async with signed_in(app, user) as client:
        assert (await client.get("/api/v1/divisions")).status_code == 200
        ended = await security.post(f"/api/v1/posts/{found[0]['id']}/ending", json={"reason": "调离"})
        assert ended.status_code == 200, ended.text
        assert (await client.get("/api/v1/divisions")).status_code == 401


async def test_closing_an_account_ends_its_sessions_and_reopening_lets_it_in_again(app, sign_in) -> None:
    user = await make_person()
    system = await sign_in("sysadmin")
    async with signed_in(app, user) as client:
        assert (await client.get("/api/v1/divisions")).status_code == 200
        assert (await system.post(f"/api/v1/users/{user.id}/closing")).status_code == 200
        assert (await client.get("/api/v1/divisions")).status_code == 401
        assert (await token_of(client, user.username)).status_code == 401
        assert (await system.post(f"/api/v1/users/{user.id}/reopening")).status_code == 200
        assert (await token_of(client, user.username)).status_code == 200


async def test_the_file_of_accounts_comes_back_when_it_was_lost(app, sign_in) -> None:
    path = settings().home / "demo-accounts.json"
    before = path.read_text("utf-8")
    path.unlink()
    async with committed() as session:
        await accounts.load(session)
    assert path.read_text("utf-8") == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
