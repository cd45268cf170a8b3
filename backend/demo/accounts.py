"""The demo accounts of every role, and the file that tells their passwords to whoever may read this machine's files."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import Organization, OrganizationKind, Post, User
from backend.identity.passwords import hash_password
from backend.kernel.config import settings

COUNTY, TOWN, STREET = "371623", "371623109", "371623001"
COMMUNITY, VILLAGE = TOWN + "001", TOWN + "001001"
SINCE = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account."""

    username: str
    name: str
    role: str
    division_code: str = COUNTY
    organization: str | None = None
    department: str | None = None


ORGANIZATIONS = (
    ("县民政局", OrganizationKind.GOVERNMENT, "civil_affairs"),
    ("县教育和体育局", OrganizationKind.GOVERNMENT, "education"),
    ("县医疗保障局", OrganizationKind.GOVERNMENT, "medical"),
    ("县住房和城乡建设局", OrganizationKind.GOVERNMENT, "housing"),
    ("县财政局", OrganizationKind.GOVERNMENT, "finance"),
    ("县审计局", OrganizationKind.GOVERNMENT, "audit"),
    ("惠民社会评估中心", OrganizationKind.PARTNER, None),
    ("康宁照护服务中心", OrganizationKind.PARTNER, None),
    ("县慈善总会", OrganizationKind.CHARITY, None),
    ("惠民农商银行", OrganizationKind.BANK, None),
)

ACCOUNTS = (
    Account("sysadmin", "系统管理员", "system_administrator"),
    Account("secadmin", "安全管理员", "security_administrator"),
    Account("secaudit", "安全审计员", "security_auditor"),
    Account("county_admin", "孙明远", "county_admin", organization="县民政局"),
    Account("county_clerk", "周文静", "county_clerk", organization="县民政局"),
    Account("county_verifier", "吴晓峰", "county_verifier", organization="县民政局"),
    Account("county_finance", "郑丽华", "county_finance", organization="县民政局"),
    Account("county_finance2", "何静雯", "county_finance", organization="县民政局"),
    Account("treasury_officer", "蒋国强", "treasury_officer", organization="县财政局"),
    Account("county_auditor", "冯正清", "auditor", organization="县审计局"),
    Account("supervisor", "陈督导", "supervisor"),
    Account("town109_clerk", "李秀兰", "town_clerk", TOWN),
    Account("town109_investigator", "王建国", "town_investigator", TOWN),
    Account("town109_investigator2", "马春梅", "town_investigator", TOWN),
    Account("town109_approver", "张立新", "town_approver", TOWN),
    Account("town109_approver2", "孟庆云", "town_approver", TOWN),
    Account("town109_accountant", "刘会平", "town_accountant", TOWN),
    Account("town109_cashier", "赵小燕", "town_cashier", TOWN),
    Account("town001_clerk", "黄桂芳", "town_clerk", STREET),
    Account("town001_investigator", "徐志刚", "town_investigator", STREET),
    Account("town001_approver", "何永强", "town_approver", STREET),
    Account("town001_approver2", "牛淑贞", "town_approver", STREET),
    Account("community109_station", "郭爱民", "community_station", COMMUNITY),
    Account("village109_helper", "田二妮", "village_helper", VILLAGE),
    Account("education_officer", "宋老师", "department_officer", organization="县教育和体育局", department="education"),
    Account("medical_officer", "唐医保", "department_officer", organization="县医疗保障局", department="medical"),
    Account("housing_officer", "韩建设", "department_officer", organization="县住房和城乡建设局", department="housing"),
    Account("assessor_partner", "评估员小曹", "partner", organization="惠民社会评估中心"),
    Account("care_partner", "照护员小邓", "partner", organization="康宁照护服务中心"),
    Account("charity_federation", "许慈善", "charity", organization="县慈善总会"),
    Account("bank_operator", "彭柜员", "bank_operator", organization="惠民农商银行"),
)


def password_of(username: str) -> str:
    """Return the fixed demo password of an account."""
    return "Demo-" + hashlib.sha256(f"ejia demo {username}".encode()).hexdigest()[:10]


async def load(session: AsyncSession) -> None:
    """Make what is missing of the organisations, users and posts, also in a county that an older release loaded."""
    organizations = await _organizations(session)
    known = set((await session.exec(select(User.username))).all())
    for account in ACCOUNTS:
        if account.username not in known:
            await _account(session, account, organizations)
    write_file()


async def _organizations(session: AsyncSession) -> dict[str, int]:
    found = {o.name: o.id or 0 for o in (await session.exec(select(Organization))).all()}
    for name, kind, department in ORGANIZATIONS:
        if name not in found:
            made = Organization(name=name, kind=kind, department=department, division_code=COUNTY)
            session.add(made)
            await session.flush()
            found[name] = made.id or 0
    return found


async def _account(session: AsyncSession, account: Account, organizations: dict[str, int]) -> None:
    organization_id = organizations.get(account.organization or "")
    user = User(
        username=account.username,
        name=account.name,
        division_code=account.division_code,
        organization_id=organization_id,
        password_hash=hash_password(password_of(account.username)),
    )
    session.add(user)
    await session.flush()
    post = Post(
        user_id=user.id or 0,
        role=account.role,
        division_code=account.division_code,
        organization_id=organization_id,
        department=account.department,
        valid_from=SINCE,
        reason="演示数据",
    )
    session.add(post)


def write_file() -> None:
    """Write `demo-accounts.json`, readable by its owner alone."""
    listed = [
        {
            "username": a.username,
            "password": password_of(a.username),
            "name": a.name,
            "roles": [a.role],
            "division_code": a.division_code,
            "organization": a.organization,
        }
        for a in ACCOUNTS
    ]
    path = settings().home / "demo-accounts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(listed, file, ensure_ascii=False, indent=1)
