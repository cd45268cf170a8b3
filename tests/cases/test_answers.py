"""The application form: every question of the project is checked, and the account number never stays in the case."""

from typing import Any

import pytest
from sqlalchemy import text

from backend.cases.answers import checked, shown, without_account
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.kernel.errors import DomainError
from tests.cases.conftest import Walk, definition, publish_project, step
from tests.conftest import committed

QUESTIONS: list[dict[str, Any]] = [
    {"name": "situation", "label": "家庭情况说明", "type": "textarea", "required": True},
    {"name": "loss", "label": "损失金额", "type": "money"},
    {"name": "since", "label": "发生日期", "type": "date"},
    {"name": "cause", "label": "困难原因", "type": "choice", "options": {"illness": "因病"}},
    {"name": "needs", "label": "需求", "type": "choices", "options": {"care": "照料"}},
    {"name": "alone", "label": "独居", "type": "truth"},
]
ACCOUNT = [
    {"name": "account_holder", "label": "收款户名", "type": "text", "required": True},
    {"name": "account_number", "label": "收款账号", "type": "text", "required": True},
]
NUMBER = "6217000010001234566"


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"loss": "100"}, ("form.situation", "“家庭情况说明”为必填项，请填写")),
        ({"situation": "  x", "loss": "一百"}, ("form.loss", "“损失金额”填写的内容不符合要求")),
        ({"situation": "x", "since": "2026-13-01"}, ("form.since", "“发生日期”")),
        ({"situation": "x", "cause": "laziness"}, ("form.cause", "“困难原因”")),
        ({"situation": "x", "needs": ["care", "luxury"]}, ("form.needs", "“需求”")),
        ({"situation": "x", "alone": "yes"}, ("form.alone", "“独居”")),
        ({"situation": "x", "income": 5}, ("form.income", "没有“income”这一项")),
    ],
)
def test_a_wrong_answer_is_refused_with_its_title_and_place(form: dict[str, Any], fault: tuple[str, str]) -> None:
    with pytest.raises(DomainError) as refusal:
        checked(QUESTIONS, form, Vocabulary({}))
    ((place, sentence),) = refusal.value.field_errors
    assert place == fault[0]
    assert fault[1] in sentence


def test_what_fits_is_kept_and_what_is_empty_left_out() -> None:
    form = {"situation": "x", "loss": 12.5, "since": "2026-01-31", "cause": "illness", "alone": False, "needs": []}
    assert checked(QUESTIONS, form, Vocabulary({})) == {n: a for n, a in form.items() if n != "needs"}
    assert checked(QUESTIONS, {"situation": "", "loss": None}, Vocabulary({})) == {}, "the window may ask later"


def test_the_account_number_is_taken_out_of_the_answers() -> None:
    kept, account = without_account({"account_number": "6217 0000 1000 1234 566", "account_holder": "张三"})
    assert kept["account_number"] == "***************4566"
    assert account is not None
    assert (account.number, account.holder) == (NUMBER, "张三")
    assert shown({"account_number": NUMBER}) == {"account_number": "***************4566"}
    with pytest.raises(DomainError):
        without_account({"account_number": "不知道"})


@pytest.fixture
async def asking(projects: Any) -> str:
    """A project that asks where the money goes."""
    path = [step("acceptance", "town", "town_clerk"), step("confirmation", "town", "town_approver")]
    await publish_project("X97", definition("X97", path, form=[QUESTIONS[0], *ACCOUNT]))
    return "X97"


async def accounts(home: dict[str, Any]) -> list[tuple[str, str]]:
    async with committed() as session:
        rows = await session.execute(
            text("SELECT number_masked, status FROM payment_account WHERE household_id = :id ORDER BY id"), home
        )
        return [tuple(row) for row in rows]


async def test_the_account_waits_for_a_second_person_and_the_case_shows_it_masked(
    walk: Walk, family: Any, asking: str
) -> None:
    home = await family()
    form = {"situation": "因病", "account_holder": home["name"], "account_number": NUMBER}
    await walk.apply("town109_clerk", asking, home, form=form)
    file = await walk.read()
    assert file["form"]["account_number"] == "***************4566"
    assert NUMBER not in str(file)
    assert await accounts(home) == [("***************4566", "pending")]
    async with committed() as session:
        stored = await session.scalar(text('SELECT form::text FROM "case" WHERE id = :id'), {"id": walk.id})
        account = await session.scalar(text("SELECT id FROM payment_account WHERE household_id = :id"), home)
    assert NUMBER not in stored
    same = await (await walk.sign_in("town109_clerk")).post(f"/api/v1/payment-accounts/{account}/confirmation")
    assert same.status_code in {403, 409}, "who entered the application does not confirm its account"


async def test_somebody_elses_account_and_missing_answers_are_refused(walk: Walk, family: Any, asking: str) -> None:
    home = await family()
    clerk = await walk.sign_in("town109_clerk")
    body = {
        "project_code": asking,
        "household_id": home["id"],
        "applicant_id_number": home["head"],
        "reason": "因病",
        "commitment_signed": True,
    }
    form = {"situation": "因病", "account_holder": "路人甲", "account_number": NUMBER}
    other = await clerk.post("/api/v1/cases", json=body | {"form": form})
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "form.account_holder"
    short = await clerk.post("/api/v1/cases", json=body | {"form": {"situation": "因病"}})
    assert short.status_code == 422
    assert {fault["field"] for fault in short.json()["errors"]} == {"form.account_holder", "form.account_number"}
    assert await accounts(home) == []
