"""Projects as data: drafted, checked, published, never changed again."""

from copy import deepcopy

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

RULE = {
    "conjunction": "and",
    "children": [
        {"left": {"type": "field", "field": "residence"}, "op": "select_equals", "right": "rural"},
        {
            "left": {"type": "field", "field": "income_per_capita_month"},
            "op": "less",
            "right": {"type": "field", "field": "dibao_standard"},
        },
    ],
}
EXAMPLE = {
    "name": "低于标准的农村家庭",
    "on": "2026-11-01",
    "household": {"residence": "rural", "income_year": "12000"},
    "members": [{"name": "甲", "is_head": True}, {"name": "乙", "is_head": False}],
    "parameters": {"dibao_standard": "862"},
    "expected": {"C10": {"eligible": True, "amount": "600"}},
}
PARTS = {
    "target": "生活困难的农村家庭",
    "rule": RULE,
    "amount": {"formula": "300 * 家庭人口"},
    "fund": {
        "book": "BK20",
        "subject": {"rural": "2082002", "urban": "2082001"},
        "account": {"rural": "5001", "urban": "5001"},
    },
}


def example(code, **changes):
    return {**deepcopy(EXAMPLE), "expected": {code: {"eligible": True, "amount": "600"}}, **changes}


async def make(client, code, **parts):
    made = await client.post("/api/v1/projects", json={"code": code, "name": f"县级试点救助{code}"})
    assert made.status_code == 201, made.text
    body = {**deepcopy(PARTS), "examples": [example(code)], **parts}
    edited = await client.patch(f"/api/v1/project-versions/{made.json()['id']}", json=body)
    assert edited.status_code == 200, edited.text
    return edited.json()


async def test_the_catalogue_lists_what_the_contract_promises(sign_in):
    client = await sign_in("village109_helper")
    page = (await client.get("/api/v1/projects?page_size=200")).json()
    items = {item["code"]: item for item in page["items"]}
    assert {"A01", "A02", "A05", "C01", "C02", "C03", "D01", "F07"} <= set(items)
    fields = "code name tier department target benefit_form decision_level promise_days statutory_days"
    assert set(f"{fields} urgent_hours publicity_days version valid_from".split()) <= set(items["A02"])
    assert items["A02"]["promise_days"] == 20
    assert items["A02"]["publicity_days"] == 7
    detail = (await client.get(f"/api/v1/projects/{items['A02']['id']}")).json()
    assert detail["definition"]["rule"]["children"]


async def test_a_new_project_is_made_checked_published_and_listed(sign_in):
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")
    version = await make(clerk, "C10")
    checked = (await clerk.post(f"/api/v1/project-versions/{version['id']}/check")).json()
    assert checked["faults"] == []
    assert checked["ok"]
    assert checked["status"] == "checked"
    assert (await clerk.post(f"/api/v1/project-versions/{version['id']}/publication", json={})).status_code == 403
    published = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert published.status_code == 200, published.text
    assert "家庭人均月收入" in published.json()["rule_in_words"]
    page = (await clerk.get("/api/v1/projects?code=C10")).json()
    assert page["items"][0]["status"] == "published"


async def test_publishing_is_refused_with_the_place_of_each_fault(sign_in):
    admin = await sign_in("county_admin")
    rule = deepcopy(RULE)
    rule["children"][1]["left"]["field"] = "salary_of_mars"
    version = await make(admin, "C11", rule=rule, amount={"formula": "300 * 不存在的词"})
    answer = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert answer.status_code == 422
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert "salary_of_mars" in errors["rule.1.2"]
    assert "第 1 行第 7 个字符" in errors["amount.formula"]
    assert (await admin.get(f"/api/v1/project-versions/{version['id']}")).json()["status"] == "draft"


async def test_a_formula_that_can_divide_by_zero_is_refused(sign_in):
    admin = await sign_in("county_admin")
    version = await make(admin, "C12", amount={"formula": "300 / 重病成员数"})
    answer = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert answer.status_code == 422
    assert any(error["field"] == "amount.formula" for error in answer.json()["errors"])


async def test_a_failing_example_is_named_with_expected_and_actual(sign_in):
    admin = await sign_in("county_admin")
    wrong = example("C13", name="少算一人", expected={"C13": {"eligible": True, "amount": "300"}})
    version = await make(admin, "C13", examples=[example("C13"), wrong])
    checked = (await admin.post(f"/api/v1/project-versions/{version['id']}/check")).json()
    assert (checked["examples"], checked["passed"], checked["ok"]) == (2, 1, False)
    fault = checked["faults"][0]
    assert fault["field"] == "examples.1"
    assert "少算一人" in fault["message"]
    assert (fault["expected"], fault["actual"]) == ("300", "600.00")
    refused = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert refused.status_code == 422


async def test_a_project_without_examples_cannot_be_published(sign_in):
    admin = await sign_in("county_admin")
    version = await make(admin, "C14", examples=[])
    answer = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert answer.status_code == 422
    assert any(error["field"] == "examples" for error in answer.json()["errors"])


async def test_a_published_version_is_changed_neither_over_the_api_nor_in_sql(sign_in, session):
    admin, clerk = await sign_in("county_admin"), await sign_in("county_clerk")
    version = await make(clerk, "C15")
    assert (await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})).status_code == 200
    answer = await admin.patch(f"/api/v1/project-versions/{version['id']}", json={"target": "所有人"})
    assert answer.status_code == 409
    for statement in (
        "UPDATE project_version SET definition = '{}' WHERE id = :id",
        "UPDATE project_version SET status = 'draft' WHERE id = :id",
        "UPDATE project_version SET valid_from = '2000-01-01' WHERE id = :id",
        "DELETE FROM project_version WHERE id = :id",
    ):
        with pytest.raises(DBAPIError, match="已发布的项目版本不能"):
            await session.execute(text(statement), {"id": version["id"]})
        await session.rollback()


async def test_a_new_version_ends_the_old_on_its_first_day(sign_in):
    admin, clerk = await sign_in("county_admin"), await sign_in("county_clerk")
    first = await make(clerk, "C16")
    await admin.post(f"/api/v1/project-versions/{first['id']}/publication", json={"valid_from": "2026-01-01"})
    draft = await clerk.post(f"/api/v1/projects/{first['project_id']}/versions")
    assert draft.status_code == 201, draft.text
    again = await admin.post(f"/api/v1/projects/{first['project_id']}/versions")
    assert again.status_code == 409
    url = f"/api/v1/project-versions/{draft.json()['id']}/publication"
    early = await admin.post(url, json={"valid_from": "2025-12-31"})
    assert early.status_code == 422
    assert (await admin.post(url, json={"valid_from": "2027-01-01"})).status_code == 200
    shown = (await admin.get(f"/api/v1/projects/{first['project_id']}")).json()
    assert [(v["number"], v["valid_from"], v["valid_to"]) for v in shown["versions"]] == [
        (2, "2027-01-01", None),
        (1, "2026-01-01", "2027-01-01"),
    ]
    assert shown["version"] == 1


async def test_two_editors_do_not_overwrite_each_other(sign_in):
    admin, clerk = await sign_in("county_admin"), await sign_in("county_clerk")
    version = await make(admin, "C17")
    url = f"/api/v1/project-versions/{version['id']}"
    mine = await admin.patch(url, json={"target": "甲"}, headers={"If-Match": f'"{version["version"]}"'})
    assert mine.status_code == 200
    theirs = await clerk.patch(url, json={"target": "乙", "version": version["version"]})
    assert theirs.status_code == 412


async def test_an_unknown_or_misshapen_part_is_refused_beside_its_field(sign_in):
    admin = await sign_in("county_admin")
    version = await make(admin, "C18")
    url = f"/api/v1/project-versions/{version['id']}"
    answer = await admin.patch(url, json={"colour": "red", "clock": {"promise_days": -1}})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"colour", "clock.promise_days"}


async def test_the_vocabulary_serves_the_condition_builder(sign_in):
    client = await sign_in("county_clerk")
    answer = (await client.get("/api/v1/vocabulary")).json()
    words = {word["name"]: word for word in answer["words"]}
    assert words["residence"]["choices"][0] == {"value": "rural", "label": "农村"}
    assert words["dibao_standard"]["unit_of"] == "parameter"
    assert "less" in {operator["value"] for operator in words["income_month"]["operators"]}
    assert {"ceil_to", "band"} <= {function["name"] for function in answer["functions"]}


async def test_every_shipped_project_passes_its_own_check(session):
    from sqlmodel import col, select

    from backend.catalogue.models import Project, ProjectVersion
    from backend.catalogue.service.checking import faults_of

    rows = await session.execute(
        select(Project.code, ProjectVersion)
        .join(ProjectVersion, col(ProjectVersion.project_id) == col(Project.id))
        .where(col(Project.shipped), col(ProjectVersion.described_only).is_(False))
    )
    versions = rows.all()
    assert len(versions) >= 9
    for code, version in versions:
        faults, examples, passed = await faults_of(session, version.definition)
        assert faults == [], code
        assert examples == passed > 0


async def test_who_edited_a_version_last_does_not_publish_it(sign_in):
    admin = await sign_in("county_admin")
    version = await make(admin, "C19")
    refused = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert refused.status_code == 409
    assert "由他人发布" in refused.json()["detail"]


async def test_names_that_stand_for_nothing_are_refused_with_their_place_in_words(sign_in):
    clerk = await sign_in("county_clerk")
    version = await make(clerk, "C21")
    path = version["definition"]["path"]
    path[2] |= {"name": "窗口受理", "roles": ["town_magician"]}
    fund = {"book": "BK99", "subject": {}, "account": {"rural": "1001"}}
    url = f"/api/v1/project-versions/{version['id']}"
    assert (await clerk.patch(url, json={"path": path, "fund": fund})).status_code == 200
    faults = {f["field"]: f for f in (await clerk.post(f"{url}/check")).json()["faults"]}
    assert set(faults) == {"path.2.roles.0", "fund.book", "fund.account.rural"}
    assert faults["path.2.roles.0"]["place"] == "流程 · 第 3 项“窗口受理” · 办理角色 · 第 1 项"
    assert "不是救助支出科目" in faults["fund.account.rural"]["message"]


async def test_a_rule_and_formula_are_said_in_words_while_they_are_written(sign_in):
    clerk = await sign_in("county_clerk")
    rule = {
        "conjunction": "and",
        "children": [
            *RULE["children"][:1],
            {"left": {"type": "field", "field": "income_per_capita_month"}, "op": "less", "right": "低保标准 * 1.5"},
            {
                "left": {"type": "field", "field": "members"},
                "op": "at_least",
                "right": {
                    "count": 2,
                    "each": {
                        "conjunction": "and",
                        "children": [
                            {"left": {"type": "field", "field": "is_student"}, "op": "equal", "right": "true"}
                        ],
                    },
                },
            },
        ],
    }
    body = {"unit": "household", "rule": rule, "formula": "120 * 在读成员数"}
    said = (await clerk.post("/api/v1/vocabulary/wording", json=body)).json()
    assert [(line["depth"], line["text"]) for line in said["rule"]] == [
        (0, "下列各项都要满足："),
        (1, "户籍类别应为农村"),
        (1, "家庭人均月收入应低于 低保标准 * 1.5"),
        (1, "至少应有 2 名家庭成员符合“在读学生应为是”"),
    ]
    assert said["formula"] == "120 × 在读成员数"
    assert said["faults"] == []
    assert said["asked"] == ["residence", "income_month", "is_student"]
    wrong = (await clerk.post("/api/v1/vocabulary/wording", json=body | {"formula": "120 / 在读成员数"})).json()
    assert [(fault["field"], fault["place"]) for fault in wrong["faults"]] == [("amount.formula", "金额 · 公式")]
