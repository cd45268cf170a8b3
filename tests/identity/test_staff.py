"""Accounts are one administrator's work, posts another's; incompatible posts are refused; rights are explained."""

from datetime import timedelta

import pytest

from backend.identity.repository import today
from tests.identity.people import make_person, signed_in, stranger, token_of

TODAY = today().isoformat()


def grant(user_id: int, role: str, division_code: str, **more) -> dict:
    return {
        "user_id": user_id, "role": role, "division_code": division_code, "valid_from": TODAY, "reason": "任职文件",
    } | more  # fmt: skip


async def organization_id(client, name: str) -> int:
    options = (await client.get("/api/v1/organizations/options", params={"term": name})).json()["options"]
    return options[0]["value"]


async def test_one_makes_the_account_another_gives_it_its_post(app, sign_in) -> None:
    system, security = await sign_in("sysadmin"), await sign_in("secadmin")
    form = {"username": "new_clerk", "name": "新来", "division_code": "371623109"}
    assert (await security.post("/api/v1/users", json=form)).status_code == 403
    made = (await system.post("/api/v1/users", json=form)).json()
    async with stranger(app) as client:
        assert (await token_of(client, "new_clerk", made["first_password"])).status_code == 403
        post = grant(made["id"], "town_clerk", "371623109")
        assert (await system.post("/api/v1/posts", json=post)).status_code == 403
        granted = await security.post("/api/v1/posts", json=post)
        assert granted.status_code == 201, granted.text
        assert (await token_of(client, "new_clerk", made["first_password"])).status_code == 200
    again = await system.post("/api/v1/users", json=form)
    assert (again.status_code, again.json()["detail"]) == (409, "用户名已被使用，请换一个")
    assert "password_hash" not in (await system.get(f"/api/v1/users/{made['id']}")).text


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("town_accountant", "town_cashier"),
        ("town_cashier", "town_accountant"),
        ("town_clerk", "town_investigator"),
        ("town_investigator", "town_approver"),
    ],
)
async def test_incompatible_posts_are_refused_with_the_reason(sign_in, held, wanted) -> None:
    user = await make_person(held)
    security = await sign_in("secadmin")
    refused = await security.post("/api/v1/posts", json=grant(user.id, wanted, "371623109"))
    assert refused.status_code == 409, refused.text
    assert "不能由同一人担任" in refused.json()["detail"]


@pytest.mark.parametrize("admin", ["system_administrator", "security_administrator", "security_auditor"])
@pytest.mark.parametrize("other", ["county_admin", "security_auditor", "system_administrator", "auditor"])
async def test_the_three_administrators_hold_nothing_else(sign_in, admin, other) -> None:
    if admin == other:
        return
    user = await make_person(admin, "371623")
    security = await sign_in("secadmin")
    assert (await security.post("/api/v1/posts", json=grant(user.id, other, "371623"))).status_code == 409


async def test_a_post_after_the_other_has_ended_is_no_conflict(sign_in) -> None:
    user = await make_person("town_accountant", valid_to=today() + timedelta(days=10))
    security = await sign_in("secadmin")
    overlapping = grant(user.id, "town_cashier", "371623109", valid_from=(today() + timedelta(days=9)).isoformat())
    assert (await security.post("/api/v1/posts", json=overlapping)).status_code == 409
    after = overlapping | {"valid_from": (today() + timedelta(days=10)).isoformat()}
    assert (await security.post("/api/v1/posts", json=after)).status_code == 201


async def test_two_grants_at_once_cannot_slip_past_each_other(sign_in) -> None:
    import asyncio

    user = await make_person(None)
    security = await sign_in("secadmin")
    answers = await asyncio.gather(
        *(
            security.post("/api/v1/posts", json=grant(user.id, role, "371623109"))
            for role in ("town_accountant", "town_cashier")
        )
    )
    assert sorted(a.status_code for a in answers) == [201, 409]


@pytest.mark.parametrize(
    ("role", "division_code", "more"),
    [
        ("town_clerk", "371623", {}),
        ("county_admin", "371623109", {}),
        ("village_helper", "371623109001", {}),
        ("town_clerk", "371623999", {}),
        ("no_such_role", "371623109", {}),
        ("partner", "371623", {}),
        ("department_officer", "371623", {}),
        ("town_clerk", "371623109", {"valid_to": TODAY}),
    ],
)
async def test_a_post_must_fit_its_place(sign_in, role, division_code, more) -> None:
    user = await make_person(None)
    security = await sign_in("secadmin")
    refused = await security.post("/api/v1/posts", json=grant(user.id, role, division_code, **more))
    assert refused.status_code == 422, refused.text


async def test_nobody_grants_to_oneself(sign_in) -> None:
    security = await sign_in("secadmin")
    options = (await security.get("/api/v1/users/options", params={"term": "secadmin"})).json()["options"]
    own = options[0]["value"]
    assert (await security.post("/api/v1/posts", json=grant(own, "county_admin", "371623"))).status_code == 409


async def test_rights_tell_what_and_why(sign_in) -> None:
    security = await sign_in("secadmin")
    user = await make_person("town_clerk")
    rights = (await security.get(f"/api/v1/users/{user.id}/rights")).json()
    read = next(item for item in rights["items"] if item["permission"] == "division:read")
    assert read["label"] == "查看行政区划"
    assert [(g["role_label"], g["reach"]) for g in read["grants"]] == [("镇街窗口受理", "信阳镇及其下级")]
    partner = await make_person(None, "371623")
    organization = await organization_id(security, "康宁照护")
    form = grant(partner.id, "partner", "371623", organization_id=organization)
    assert (await security.post("/api/v1/posts", json=form)).status_code == 201
    rights = (await security.get(f"/api/v1/users/{partner.id}/rights")).json()
    assert {g["reach"] for item in rights["items"] for g in item["grants"]} == {"机构“康宁照护服务中心”的业务"}


async def test_a_reset_password_must_be_changed_and_is_told_once(app, sign_in) -> None:
    user = await make_person()
    system = await sign_in("sysadmin")
    async with signed_in(app, user) as client:
        told = (await system.post(f"/api/v1/users/{user.id}/password-reset")).json()
        assert (await client.get("/api/v1/auth/me")).status_code == 401
        assert (await token_of(client, user.username, told["first_password"])).status_code == 200


async def test_an_account_edited_by_two_keeps_the_first_edit(sign_in) -> None:
    user = await make_person()
    system = await sign_in("sysadmin")
    row = (await system.get(f"/api/v1/users/{user.id}")).json()
    form = {"name": "甲", "division_code": "371623109", "version": row["version"]}
    assert (await system.patch(f"/api/v1/users/{user.id}", json=form)).json()["name"] == "甲"
    assert (await system.patch(f"/api/v1/users/{user.id}", json=form | {"name": "乙"})).status_code == 412


async def test_roles_and_permissions_are_published(sign_in) -> None:
    clerk = await sign_in("town109_clerk")
    roles = (await clerk.get("/api/v1/roles")).json()
    assert roles["total"] == 21
    permissions = {p["code"]: p for p in (await clerk.get("/api/v1/permissions")).json()["items"]}
    assert permissions["post:grant"]["roles"] == ["security_administrator"]


async def test_the_pairs_no_one_may_hold_together_are_told_with_their_reason(sign_in) -> None:
    clerk = await sign_in("town109_clerk")
    pairs = (await clerk.get("/api/v1/roles/conflicts")).json()["items"]
    assert {"镇街窗口受理", "镇街分管领导"} in [{pair["role"], pair["other"]} for pair in pairs]
    assert all(pair["reason"] for pair in pairs)
