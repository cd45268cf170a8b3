"""Issue a letter with the step that calls for it, and give it out again."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import printing
from backend.cases.letters import writing
from backend.cases.letters.templates import NUMBER, TEMPLATE, Template, letter_of, templates
from backend.cases.models import Case, CaseLetter, LetterSerial
from backend.cases.path.guards import Acting
from backend.files import service as files
from backend.files.schemas import UploadForm
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import NotFound


async def issue_for(acting: Acting) -> CaseLetter | None:
    """Issue the letter of the action just done, if it has one; the timeline notes its code and number."""
    code = letter_of(acting.action.code, acting.case.change.value if acting.case.change else None)
    if code is None:
        return None
    words, lists = await writing.words_of(acting)
    letter = await issue(acting, templates()[code], words, lists)
    acting.noted |= {"letter": code, "letter_number": letter.number}
    return letter


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


async def open_letter(
    session: AsyncSession, actor: Actor, case: Case, letter_id: int
) -> tuple[CaseLetter, AsyncIterator[bytes]]:
    """Return a letter of this case as it was issued; reading it is recorded."""
    letter = await session.get(CaseLetter, letter_id)
    if letter is None or letter.case_id != case.id:
        raise NotFound
    await audit.record_access(
        session,
        actor,
        "case.open_letter",
        subject=("case", case.key),
        purpose=f"查看文书 {letter.number}",
        division_code=case.division_code,
    )
    return letter, await files.content_made(session, letter.file_id)
