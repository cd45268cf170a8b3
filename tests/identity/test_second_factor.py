"""The second factor: recovery codes for a lost device, and its demand on whoever approves or pays."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from backend.identity import finder
from backend.identity.rights import permissions_of, second_factor_permissions
from backend.kernel.config import settings
from tests.identity.people import PASSWORD, make_person, signed_in, stranger, token_of

ME = "/api/v1/auth/me"


async def enrol(client) -> tuple[pyotp.TOTP, list[str]]:
    made = (await client.post("/api/v1/auth/totp", json={"password": PASSWORD})).json()
    totp = pyotp.parse_uri(made["uri"])
    assert totp.secret == made["secret"]
    past = totp.at(datetime.now(UTC) - timedelta(seconds=30))
    confirmed = await client.post("/api/v1/auth/totp/confirmation", json={"code": past})
    assert confirmed.status_code == 200, confirmed.text
    return totp, confirmed.json()["recovery_codes"]


async def test_a_recovery_code_stands_in_once_for_a_lost_device(app) -> None:
    user = await make_person("town_approver")
    async with signed_in(app, user) as client, stranger(app) as other:
        _, codes = await enrol(client)
        assert len(set(codes)) == 8
        assert (await token_of(other, user.username, totp=codes[0].upper())).status_code == 200
        again = await token_of(other, user.username, totp=codes[0])
        assert (again.status_code, again.json()["errors"][0]["field"]) == (401, "totp")
        assert (await client.get(ME)).json()["recovery_codes_left"] == 7


async def test_new_recovery_codes_void_the_old_ones_and_need_the_password(app) -> None:
    user = await make_person("town_approver")
    async with signed_in(app, user) as client, stranger(app) as other:
        _, old = await enrol(client)
        wrong = await client.post("/api/v1/auth/totp/recovery-codes", json={"password": "wrong"})
        assert wrong.json()["errors"][0]["field"] == "password"
        new = (await client.post("/api/v1/auth/totp/recovery-codes", json={"password": PASSWORD})).json()
        assert (await token_of(other, user.username, totp=old[1])).status_code == 401
        assert (await token_of(other, user.username, totp=new["recovery_codes"][1])).status_code == 200


async def test_without_a_second_factor_there_are_no_recovery_codes(app) -> None:
    user = await make_person()
    async with signed_in(app, user) as client:
        refused = await client.post("/api/v1/auth/totp/recovery-codes", json={"password": PASSWORD})
        assert refused.status_code == 422


@pytest.fixture
def demanded(monkeypatch):
    strict = settings().model_copy(update={"require_totp": True})
    monkeypatch.setattr(finder, "settings", lambda: strict)
    finder.forget_all()
    yield
    finder.forget_all()


@pytest.mark.usefixtures("demanded")
async def test_whoever_approves_must_enrol_before_anything_else_when_the_county_says_so(app) -> None:
    user = await make_person("town_approver")
    async with signed_in(app, user) as client:
        me = (await client.get(ME)).json()
        assert (me["must_enrol_second_factor"], me["permissions"]) == (True, [])
        refused = await client.get("/api/v1/divisions")
        assert (refused.status_code, refused.json()["title"]) == (403, "SecondFactorMissing")
        menu = (await client.post("/admin/")).json()["pages"][0]["children"]
        assert [page["url"] for group in menu for page in group["children"]] == ["/page/OwnAccountPage"]
        await enrol(client)
        assert (await client.get("/api/v1/divisions")).status_code == 200
        assert (await client.get(ME)).json()["must_enrol_second_factor"] is False


@pytest.mark.usefixtures("demanded")
async def test_whoever_only_takes_applications_works_without_a_second_factor(app) -> None:
    user = await make_person("town_clerk")
    async with signed_in(app, user) as client:
        assert (await client.get("/api/v1/divisions")).status_code == 200


def test_every_right_that_demands_a_second_factor_is_granted_to_some_role() -> None:
    from backend.identity.rights import roles

    assert second_factor_permissions() <= {right for role in roles() for right in permissions_of(role)}
