"""Every SELECT of verification beside its list."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.verification.models import RequestStatus, SourceResult, VerificationRequest


async def results_of(session: AsyncSession, request_id: int) -> list[SourceResult]:
    """Return the answers of a request in the order they came."""
    statement = select(SourceResult).where(SourceResult.request_id == request_id).order_by(col(SourceResult.id))
    return list((await session.exec(statement)).all())


async def requests_of(session: AsyncSession, matter_id: int) -> list[VerificationRequest]:
    """Return the requests of a matter, oldest first."""
    statement = select(VerificationRequest).where(VerificationRequest.matter_id == matter_id)
    return list((await session.exec(statement.order_by(col(VerificationRequest.id)))).all())


async def open_request(session: AsyncSession, matter_id: int) -> VerificationRequest | None:
    """Return the request of a matter that has no report yet."""
    statement = select(VerificationRequest).where(
        VerificationRequest.matter_id == matter_id, VerificationRequest.status == RequestStatus.ASKED
    )
    return (await session.exec(statement.limit(1))).first()
