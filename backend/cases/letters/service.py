"""Issue a letter with the step that calls for it, and give it out again."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases.letters import writing
from backend.cases.letters.templates import NUMBER, TEMPLATE, Template, letter_of, templates
from backend.cases.models import Case, CaseLetter, LetterDelivery, LetterSerial
from backend.cases.path.guards import Acting
from backend.cases.permissions import CasePermission
from backend.cases.schemas import Delivery
from backend.files import service as files
from backend.files.repository import readable_ids
from backend.files.schemas import UploadForm
from backend.kernel import printing
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import NotFound, invalid
from backend.kernel.models import now


async def issue_for(acting: Acting) -> None:
    """Issue the letter of the action just done, if it has one; the timeline notes its code and number."""
    code = letter_of(acting.action.code, acting.case.change.value if acting.case.change else None)
    if code is None:
        return
    words, lists = await writing.words_of(acting)
    letter = await issue(acting, templates()[code], words, lists)
    acting.noted |= {"letter": code, "letter_number": letter.number}


async def issue(acting: Acting, template: Template, words: writing.Words, lists: dict[str, list[str]]) -> CaseLetter:
    """Number, compose, print and keep one letter."""
    session, case = acting.session, acting.case
    day = acting.at.astimezone(CHINA)
    number = await _number(session, day.year, words["county"])
    issuer = writing.issuer_name(words, template.issuer, acting.path.decision_level)
    content: dict[str, Any] = {
        "title": template.title,
        "number": number,
        "issuer": issuer,
        "addressee": case.applicant_name if template.addressed else "",
        "parts": writing.compose(template, words, lists),
        "seal": "（印章）",
        "date": f"{day:%Y年%m月%d日}",
        "receipt": "签收人：　　　　　　　签收日期：　　　年　　月　　日　　送达方式：" if template.receipt else "",
        "footer": f"{template.code}　申请编号 {case.number}",
    }
    document = await printing.pdf(TEMPLATE, content)
    about = UploadForm(subject_kind="case_letter", subject_id=case.key, purpose=f"{template.code} {template.title}")
    kept = await files.keep_made(session, acting.actor, f"{number}.pdf", document, about, case.division_code)
    letter = CaseLetter(
        case_id=case.key,
        division_code=case.division_code,
        code=template.code,
        title=template.title,
        number=number,
        addressee=case.applicant_name,
        issuer=issuer,
        issued_at=acting.at,
        content=content,
        file_id=int(kept.id or 0),
        digest=kept.digest,
        user_id=acting.actor.user_id,
        user_name=acting.actor.name,
    )
    session.add(letter)
    await session.flush()
    return letter


async def _number(session: AsyncSession, year: int, county: str) -> str:
    """Draw the year's next number under its row lock."""
    statement = insert(LetterSerial).values(year=year, last=1)
    drawn = statement.on_conflict_do_update(
        index_elements=["year"], set_={"last": col(LetterSerial.last) + 1}
    ).returning(col(LetterSerial.last))
    serial = (await session.execute(drawn)).scalar_one()
    return NUMBER.format(short=writing.short_name(county), year=year, serial=serial)


async def letters_of(session: AsyncSession, case: Case) -> list[CaseLetter]:
    """Return the letters of a case, oldest first."""
    statement = select(CaseLetter).where(CaseLetter.case_id == case.id).order_by(col(CaseLetter.id))
    return list((await session.exec(statement)).all())


async def deliver(session: AsyncSession, actor: Actor, case: Case, letter_id: int, form: Delivery) -> LetterDelivery:
    """Keep how a letter reached the person, with its evidence; each attempt is one row (送达回证)."""
    actor.require(CasePermission.DELIVER, case.division_code)
    letter = await _letter(session, case, letter_id)
    at = now()
    delivered = form.delivered_at or at
    if delivered > at:
        raise invalid("delivered_at", "送达时间不能晚于现在，请核对")
    if delivered < letter.issued_at:
        raise invalid("delivered_at", "送达时间不能早于文书的发文时间，请核对")
    if form.file_id is not None and not await readable_ids(session, actor, [form.file_id]):
        raise invalid("file_id", "送达凭证不存在或您无权查看，请重新上传")
    kept = LetterDelivery(
        **form.model_dump(exclude={"delivered_at"}),
        delivered_at=delivered,
        letter_id=letter_id,
        case_id=case.key,
        division_code=case.division_code,
        user_id=actor.user_id,
        user_name=actor.name,
    )
    session.add(kept)
    await session.flush()
    await audit.record(
        session,
        actor,
        "case.deliver_letter",
        subject=("case", case.key),
        division_code=case.division_code,
        details={"letter": letter.number, "method": form.method.value, "outcome": form.outcome.value},
    )
    return kept


async def _letter(session: AsyncSession, case: Case, letter_id: int) -> CaseLetter:
    letter = await session.get(CaseLetter, letter_id)
    if letter is None or letter.case_id != case.id:
        raise NotFound
    return letter


async def open_letter(
    session: AsyncSession, actor: Actor, case: Case, letter_id: int
) -> tuple[CaseLetter, AsyncIterator[bytes]]:
    """Return a letter of this case as it was issued; reading it is recorded."""
    letter = await _letter(session, case, letter_id)
    await audit.record_access(
        session,
        actor,
        "case.open_letter",
        subject=("case", case.key),
        purpose=f"查看文书 {letter.number}",
        division_code=case.division_code,
    )
    return letter, await files.content_made(session, letter.file_id)
