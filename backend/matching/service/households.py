"""One household against every project, with reasons."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.rules.explanation import Explanation, Reason, explanation
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.scope import get_visible
from backend.matching import repository
from backend.matching.engine import Offer, catalogue_on, explain_one
from backend.matching.models import Benefit
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import GroundOut, MatchesOut, MatchItem, MemberMatch, ReasonOut
from backend.registry import masking
from backend.registry import repository as registry
from backend.registry.models import Household


def today() -> date:
    """Return the day in China."""
    return datetime.now(CHINA).date()


async def match_household(
    session: AsyncSession, actor: Actor, household_id: int, as_of: date | None = None
) -> MatchesOut:
    """Return every published project with eligible, receiving, amount and reasons in words."""
    household = await get_visible(session, actor, Household, household_id, MatchingPermission.MATCH)
    day = as_of or today()
    granted = await catalogue_on(session, day)
    by_code = {project.code: project for project in granted.projects}
    rows = await explain_one(session, granted, household_id, household.division_code)
    answers = [explanation(by_code[row["project_code"]], row) for row in rows]
    paid = await repository.benefits_of(session, household_id, day)
    names = await names_of(session, actor, household_id)
    items = [
        item_of(offer, [a for a in answers if a.project_code == offer.code], paid, names) for offer in granted.offers
    ]
    return MatchesOut(household_id=household_id, as_of=day, items=items)


async def names_of(session: AsyncSession, actor: Actor, household_id: int) -> dict[int, str]:
    """Return the members' names as this actor may see them."""
    people = await registry.members(session, household_id)
    for person in people:
        masking.mask_person(actor, person)
    return {person["id"]: person["name"] for person in people}


def item_of(offer: Offer, answers: list[Explanation], paid: list[Benefit], names: dict[int, str]) -> MatchItem:
    """Join the answers for one project: one for the household, or one a member."""
    receiving = [benefit for benefit in paid if benefit.project_code == offer.code]
    item = MatchItem(
        project_code=offer.code,
        project_name=say(offer.name),
        tier=offer.tier,
        unit=offer.unit,
        eligible=None,
        receiving=bool(receiving),
        amount=None,
        reasons=[],
    )
    if not answers:
        item.reasons = [_without_rule(offer)]
        return item
    if offer.project is None or answers[0].person_id is None:
        first = answers[0]
        item.eligible, item.amount, item.calculation = first.eligible, first.amount, first.calculation
        item.reasons = [reason_out(reason) for reason in first.reasons]
        item.grounds = _grounds(first)
        return item
    item.members = [_member(answer, receiving, names) for answer in answers]
    fitting = [member for member in item.members if member.eligible]
    undecided = any(member.eligible is None for member in item.members)
    item.eligible = True if fitting else None if undecided else False
    amounts = [member.amount for member in fitting if member.amount is not None]
    item.amount = sum(amounts, Decimal(0)) if amounts else None
    for member in fitting or item.members:
        item.reasons += [
            reason.model_copy(update={"text": say("{name}：{what}", name=member.name, what=reason.text)})
            for reason in member.reasons
        ]
    return item


def _member(answer: Explanation, receiving: list[Benefit], names: dict[int, str]) -> MemberMatch:
    return MemberMatch(
        person_id=answer.person_id or 0,
        name=names.get(answer.person_id or 0, ""),
        eligible=answer.eligible,
        receiving=any(benefit.person_id in (None, answer.person_id) for benefit in receiving),
        amount=answer.amount,
        calculation=answer.calculation,
        reasons=[reason_out(reason) for reason in answer.reasons],
        grounds=_grounds(answer),
    )


def _grounds(answer: Explanation) -> list[GroundOut]:
    return [GroundOut.model_validate(asdict(ground)) for ground in answer.grounds]


def reason_out(reason: Reason) -> ReasonOut:
    """Return a reason as the API gives it."""
    return ReasonOut(
        text=reason.text,
        fact=reason.fact,
        required=reason.required,
        actual=reason.actual,
        passed=reason.passed,
        decides=reason.decides,
        path=reason.path,
    )


def _without_rule(offer: Offer) -> ReasonOut:
    if offer.project is None:
        text = say("由{department}按其规定认定，本平台不作资格比对", department=say(offer.department))
        return ReasonOut(text=text, fact="", required="", actual=None, passed=None)
    return ReasonOut(
        text=say("该户没有计入的家庭成员或已注销，无法比对"), fact="", required="", actual=None, passed=None
    )


def benefit_out(benefit: Benefit) -> dict[str, Any]:
    """Return a benefit as the API gives it."""
    return {
        "id": benefit.id,
        "project_code": benefit.project_code,
        "person_id": benefit.person_id,
        "monthly_amount": str(benefit.monthly_amount),
        "once": benefit.once,
        "from_month": benefit.from_month.isoformat(),
        "to_month": benefit.to_month.isoformat() if benefit.to_month else None,
        "status": benefit.status.value,
    }
