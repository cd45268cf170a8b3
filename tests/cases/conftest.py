"""A county with three projects of its own, and households that apply for them."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from backend.kernel.identifiers import check_digit
from tests.conftest import committed

TOWN, VILLAGE = "371623109", "371623109001001"
_numbers = itertools.count(1)
_people = itertools.count(1)


def step(kind: str, level: str, role: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "level": level, "roles": [role], **more}


ORDINARY = [
    step("submission", "village", "village_helper") | {"roles": ["village_helper", "community_station", "town_clerk"]},
    step("community_review", "community", "community_station", working_days=1),
    step("acceptance", "town", "town_clerk", working_days=1),
    step("investigation", "town", "town_investigator", working_days=5, people=2),
    step("review", "town", "town_approver", working_days=1),
    step("publicity", "town", "town_clerk", calendar_days=7),
]
TOWN_DECIDES = [*ORDINARY, step("confirmation", "town", "town_approver", working_days=2)]
COUNTY_DECIDES = [*ORDINARY, step("confirmation", "county", "county_admin", working_days=2)]
URGENT = [
    step("quick_check", "town", "town_investigator", hours=12, people=2),
    step("payment", "town", "town_approver", hours=24),
    step("papers", "town", "town_clerk", working_days=10),
    step("county_record", "county", "county_clerk", working_days=5),
    step("closing", "town", "town_clerk"),
]
RULE = {
    "conjunction": "and",
    "children": [
        {"left": {"type": "field", "field": "income_per_capita_month"}, "op": "less", "right": 2000},
        {"left": {"type": "field", "field": "member_count"}, "op": "greater_or_equal", "right": 1},
    ],
}


def definition(code: str, path: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    found = {
        "code": code,
        "name": f"试验救助{code}",
        "department": "民政",
        "benefit_form": "CASH_M",
        "unit": "household",
        "rule": RULE,
        "amount": {"formula": "2000 * member_count - income_month"},
        "fund": {
            "book": "BK01",
            "town_reserve": True,
            "subject": {"rural": "2082001", "urban": "2082001"},
            "account": {"rural": "5101", "urban": "5101"},
        },
        "materials": [
            {"code": "identity", "name": "身份证明", "obtain_mode": "share", "source": ["PS"]},
            {"code": "diagnosis", "name": "诊断证明", "obtain_mode": "applicant"},
        ],
        "path": path,
        "clock": {"promise_days": 20, "statutory_days": 30, "extended_days": 45},
        "decision": {"level": path[-1]["level"]},
        "publicity": {"days": 7, "unit": "calendar_days"},
    }
    return found | changes


async def publish_project(code: str, body: dict[str, Any]) -> int:
    """Store a published version; the test is about walking it, not about publishing."""
    async with committed() as session:
        known = await session.scalar(
            text("SELECT v.id FROM project_version v JOIN project p ON p.id = v.project_id WHERE p.code = :code"),
            {"code": code},
        )
        if known:
            return int(known)
        from backend.catalogue.models import Project, ProjectVersion, VersionStatus

        project = Project(code=code)
        session.add(project)
        await session.flush()
        version = ProjectVersion(
            project_id=project.id,
            number=1,
            status=VersionStatus.PUBLISHED,
            definition=body,
            name=body["name"],
            tier="basic",
            department=body.get("department", "民政"),
            benefit_form=body["benefit_form"],
            decision_level=body["decision"]["level"],
            valid_from=date(2019, 1, 1),
        )
        session.add(version)
        await session.flush()
        return int(version.id)


@pytest.fixture(scope="session")
async def projects(worker_database: str) -> dict[str, str]:
    """Codes of a project the town decides, one the county decides, an emergency with papers and one without."""
    urgent_clock = {"urgent_hours": 24, "papers_days": 10, "starts_at": "first_contact"}
    once = {"benefit_form": "CASH_1", "publicity": {"days": 0}, "clock": urgent_clock, "rule": {}, "amount": {}}
    await publish_project("X91", definition("X91", TOWN_DECIDES))
    await publish_project("X92", definition("X92", COUNTY_DECIDES))
    once["decision"] = {"level": "town", "limit": "镇街急难救助限额"}
    await publish_project("X93", definition("X93", URGENT, **once))
    small = [URGENT[0], URGENT[1], URGENT[4]]
    await publish_project("X94", definition("X94", small, **once | {"decision": {"level": "town"}}))
    return {"town": "X91", "county": "X92", "urgent": "X93", "small": "X94"}


def id_number(born: str = "19700101", sex: str = "1") -> str:
    """A number nobody bears: region 371699 is not assigned."""
    n = next(_numbers)
    body = f"{371699 + 100 * (n // 100)}{born}{n % 100:02d}{sex}"
    return body + check_digit(body)


@pytest.fixture
def family(sign_in: Any) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Register a couple with a child in the village of town 109; give its id and the head's number."""

    async def make(**changes: Any) -> dict[str, Any]:
        clerk = await sign_in("town109_clerk")
        head, spouse = id_number("19650203"), id_number("19700704", "2")
        n = next(_people)
        form = {
            "division_code": VILLAGE,
            "residence": "rural",
            "address": "幸福村12号",
            "members": [
                {"name": f"张建国{n}", "id_number": head, "relation": "head", "health": "healthy"},
                {"name": f"李秀英{n}", "id_number": spouse, "relation": "spouse", "health": "serious_illness"},
                {"name": f"张小宝{n}", "id_number": id_number("20150901"), "relation": "child", "is_student": True},
            ],
            "incomes": [{"id_number": head, "category": "wage", "annual_amount": "12000.00"}],
        } | changes
        answer = await clerk.post("/api/v1/households", json=form)
        assert answer.status_code == 201, answer.text
        return {"id": answer.json()["id"], "head": head, "spouse": spouse, "name": f"张建国{n}"}

    return make


class Walk:
    """Drives one case over HTTP as the demo accounts."""

    def __init__(self, sign_in: Any) -> None:
        self.sign_in = sign_in
        self.id = 0

    async def apply(self, who: str, project: str, family: dict[str, Any], **changes: Any) -> dict[str, Any]:
        client = await self.sign_in(who)
        body = {
            "project_code": project,
            "household_id": family["id"],
            "applicant_id_number": family["head"],
            "channel": "grid",
            "reason": "因病致困",
            "commitment_signed": True,
            "materials": [],
        } | changes
        answer = await client.post("/api/v1/cases", json=body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        return answer.json()

    async def try_to(self, who: str, action: str, opinion: str | None = None, **data: Any) -> httpx.Response:
        client = await self.sign_in(who)
        body = {"action": action, "opinion": opinion, "data": data}
        return await client.post(f"/api/v1/cases/{self.id}/actions", json=body)

    async def do(self, who: str, action: str, opinion: str | None = None, **data: Any) -> dict[str, Any]:
        answer = await self.try_to(who, action, opinion, **data)
        assert answer.status_code == 200, f"{action}: {answer.text}"
        return answer.json()

    async def refused(self, who: str, action: str, words: str, status: int = 409, **data: Any) -> None:
        opinion = data.pop("opinion", None)
        answer = await self.try_to(who, action, opinion, **data)
        assert answer.status_code == status, answer.text
        assert words in answer.text, answer.text

    async def read(self, who: str = "town109_clerk") -> dict[str, Any]:
        answer = await (await self.sign_in(who)).get(f"/api/v1/cases/{self.id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, last: str) -> None:
        """Walk the ordinary path up to and with an action."""
        story = (
            ("community109_station", "review", {}),
            ("town109_clerk", "accept", {}),
            ("town109_investigator", "investigate_done", TEAM),
            ("town109_approver2", "review", {}),
            ("town109_clerk", "publicity_start", {}),
            ("", "wait", {}),
            ("town109_clerk", "publicity_end", {}),
        )
        stops = {"community": 0, "accept": 1, "investigate": 2, "review": 3, "post": 4, "wait": 5, "end": 6}
        for who, action, data in story[: stops[last] + 1]:
            if action == "wait":
                await self.let_notice_pass()
            else:
                await self.do(who, action, **data)

    async def let_notice_pass(self) -> None:
        """Eight days later: the notice hangs in the past."""
        async with committed() as session:
            await session.execute(
                text(
                    "UPDATE case_notice SET posted_at = posted_at - interval '8 days',"
                    " ends_at = ends_at - interval '8 days' WHERE case_id = :id"
                ),
                {"id": self.id},
            )


TEAM: dict[str, Any] = {"investigators": ["王建国", "马春梅"], "findings": "房屋三间，与申报一致"}


@pytest.fixture
def walk(sign_in: Any, projects: dict[str, str]) -> Walk:
    """One case to walk."""
    return Walk(sign_in)


def long_ago(**delta: int) -> str:
    return (datetime.now(UTC) - timedelta(**delta)).isoformat()


async def town_limit() -> Decimal:
    """The town's limit of the demo county, as shipped."""
    async with committed() as session:
        return Decimal(await session.scalar(text("SELECT value FROM parameter WHERE code = 'urgent_town_cap' LIMIT 1")))
