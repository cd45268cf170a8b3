"""The killer test of low-code: a project that did not exist is made, published, matched, applied for, approved,
paid and reported, without a line of code."""

from typing import Any

from tests.cases.conftest import Walk, family, projects, walk
from tests.payments.conftest import County, county

__all__ = ["county", "family", "projects", "walk"]

CODE = "A30"
RULE = {
    "conjunction": "and",
    "children": [
        {"left": {"type": "field", "field": "residence"}, "op": "equal", "right": "rural"},
        {"left": {"type": "field", "field": "income_per_capita_month"}, "op": "less", "right": 900},
        {"left": {"type": "field", "field": "student_count"}, "op": "greater_or_equal", "right": 1},
    ],
}
EXAMPLE = {
    "name": "三口之家一名学生",
    "on": "2026-08-15",
    "household": {"residence": "rural", "income_year": "10800"},
    "members": [
        {"name": "父", "is_head": True, "is_student": False},
        {"name": "母", "is_head": False, "is_student": False},
        {"name": "子", "is_head": False, "is_student": True},
    ],
    "expected": {CODE: {"eligible": True, "amount": "120"}},
}


async def test_a_new_project_goes_from_an_idea_to_a_report(
    sign_in: Any, walk: Walk, family: Any, county: County
) -> None:
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")

    made = await clerk.post("/api/v1/projects", json={"code": CODE, "name": "求学家庭补助", "copy_of": "A02"})
    assert made.status_code == 201, made.text
    version = made.json()
    parts = {
        "rule": RULE,
        "amount": {"formula": "120 * student_count"},
        "exclusions": [],
        "granted_with": [],
        "valid_from": "2020-01-01",
        "examples": [EXAMPLE],
    }
    edited = await clerk.patch(
        f"/api/v1/project-versions/{version['id']}", json={**parts, "version": version["version"]}
    )
    assert edited.status_code == 200, edited.text
    checked = (await clerk.post(f"/api/v1/project-versions/{version['id']}/check")).json()
    assert checked["faults"] == []
    published = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert published.status_code == 200, published.text

    home = await family()
    matches = (await clerk.get(f"/api/v1/households/{home['id']}/matches")).json()["items"]
    match = next(item for item in matches if item["project_code"] == CODE)
    assert (match["eligible"], match["receiving"], match["amount"]) == (True, False, "120.00")

    case = await walk.apply("village109_helper", CODE, home)
    await walk.until("end")
    approved = await walk.do("town109_approver", "approve", "同意")
    assert approved["amount"] == "120.00"

    (entitlement,) = (await county.get("county_clerk", f"/entitlements?case_id={case['id']}")).json()["items"]
    month = entitlement["from_month"][:7]
    form = {"project_codes": [CODE], "period": month, "division_code": "371623109"}
    batch = await county.post("county_clerk", "/payment-batches", 201, json=form)
    await county.act("county_finance", batch, "check")
    await county.act("county_admin", batch, "approve")
    await county.act("county_finance2", batch, "send")
    lines = await county.lines(batch)
    assert [line["amount"] for line in lines if line["household_id"] == home["id"]] == ["120.00"]

    after = (await clerk.get(f"/api/v1/households/{home['id']}/matches?as_of={month}-15")).json()["items"]
    assert next(item for item in after if item["project_code"] == CODE)["receiving"] is True

    report = (await admin.get(f"/api/v1/reports/R01?period={month}&division_code=371623")).json()
    assert CODE in {row.get("project_code") for row in report["rows"]}, report["rows"][:2]
