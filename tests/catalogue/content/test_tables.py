"""What is shipped says line by line what the trade's own tables say: 项目总表.yaml and 文件总表.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.catalogue.content import load_content
from backend.catalogue.content_terms import ObtainMode, TierLaw, TierSeed
from backend.catalogue.service import shipping

HERE = Path(__file__).parent
CONTENT = load_content()
SHIPPED: dict[str, Any] = {one.code: one for one in (*CONTENT.definitions, *CONTENT.entries)}
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "项目总表.yaml").read_text("utf-8"))
INSTRUMENTS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "文件总表.yaml").read_text("utf-8"))
REGISTER = {row["code"]: row for row in yaml.safe_load((shipping.HOME / "register.yaml").read_text("utf-8"))}
TIERS = dict(zip("ABCDEF", TierSeed, strict=True))


def shares(one: Any) -> set[str]:
    if hasattr(one, "by_sharing"):
        return {source.value for source in one.by_sharing}
    return {s.value for m in one.materials if m.obtain_mode is ObtainMode.SHARE for s in m.source}


def given(one: Any) -> str:
    """What the applicant brings, or declares instead."""
    if hasattr(one, "applicant_gives"):
        return "、".join(one.applicant_gives)
    return "、".join(f"{m.name}{m.note or ''}" for m in one.materials if m.obtain_mode is not ObtainMode.SHARE)


def clock(one: Any, name: str) -> Any:
    return getattr(one.clock if hasattr(one, "clock") else one, name, None)


def test_each_item_of_the_table_is_shipped_and_nothing_else() -> None:
    assert SHIPPED.keys() == TABLE.keys()
    assert REGISTER.keys() == INSTRUMENTS.keys()


@pytest.mark.parametrize("code", TABLE)
def test_the_item_is_shipped_as_the_table_has_it(code: str) -> None:
    line, one = TABLE[code], SHIPPED[code]
    # Disaster aid stands with the urgent tier in the county's plan, with the special one in the law.
    disaster = code in ("B15", "B16", "B17", "B18")
    assert one.tier_seed is (TierSeed.URGENT if disaster else TIERS[code[0]])
    assert not disaster or one.tier_law is TierLaw.SPECIAL
    assert all(word in one.department for word in line["部门"]), one.department
    forms = {one.benefit_form.value, *(form.value for form in one.other_forms)}
    assert set(line.get("形式", forms)) <= forms
    assert clock(one, "promise_days") == line.get("承诺", clock(one, "promise_days"))
    assert clock(one, "statutory_days") == line.get("法定", clock(one, "statutory_days"))
    assert clock(one, "urgent_hours") == line.get("小时")
    if "公示" in line:
        assert one.publicity.days == line["公示"]
    assert set(line.get("共享", ())) <= shares(one)
    for words in line.get("申请人", ()):
        assert any(word in given(one) for word in words.split("|")), (words, given(one))
    if "复核" in line:
        review = one.review
        assert line["复核"] in (
            review.months,
            {k.value if hasattr(k, "value") else k: v for k, v in review.by_class.items()},
        )
    book = one.fund_book if hasattr(one, "fund_book") else one.fund.book
    assert book == line.get("账套", book)


@pytest.mark.parametrize("code", INSTRUMENTS)
def test_the_instrument_is_shipped_as_the_table_has_it(code: str) -> None:
    line, row = INSTRUMENTS[code], REGISTER[code]
    assert line["标题"] in row["title"]
    assert line.get("文号", "") in row.get("number", "")
    assert str(row.get("issued_on", "")).startswith(str(line.get("发布", "")))
    assert str(row.get("in_force_from", "")).startswith(str(line.get("施行", "")))
    assert row["status"] == line["效力"]
    assert line.get("要点", "") in row["summary"]


def test_students_of_every_group_are_helped_at_every_school() -> None:
    """The four groups, orphans and disabled children, from kindergarten to university."""
    wanted = {"tekun", "dibao", "margin", "rigid", "orphan", "disabled"}
    for code in ("B03", "B04", "B05", "B06", "B07"):
        assert wanted <= {group.value for group in SHIPPED[code].target_groups}, code
