"""Routes of the policy library."""

from fastapi.responses import StreamingResponse

from backend.catalogue.listings import POLICIES
from backend.catalogue.permissions import CataloguePermission as P
from backend.catalogue.schemas import PolicyDocumentCreate, PolicyDocumentOut, PolicyDocumentQuery, PolicyDocumentUpdate
from backend.catalogue.service import documents
from backend.files.serving import as_answer
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep

router = new_router("/policy-documents", "政策库")
listing_routes(router, POLICIES, PolicyDocumentQuery)


@router.post("", status_code=201, **needs(P.POLICY_EDIT))
async def enter_document(form: PolicyDocumentCreate, session: SessionDep, actor: ActorDep) -> PolicyDocumentOut:
    """录入政策文件及其条款。"""
    document = await documents.enter(session, actor, form)
    return await documents.read(session, actor, document.id or 0)


@router.get("/{document_id}", **needs(P.POLICY_READ))
async def read_document(document_id: RowId, session: SessionDep, actor: ActorDep) -> PolicyDocumentOut:
    """查看政策文件及其条款。"""
    return await documents.read(session, actor, document_id)


@router.patch("/{document_id}", **needs(P.POLICY_EDIT))
async def amend_document(
    document_id: RowId, form: PolicyDocumentUpdate, session: SessionDep, actor: ActorDep
) -> PolicyDocumentOut:
    """修改政策文件；给出条款时替换全部条款。"""
    await documents.amend(session, actor, document_id, form)
    return await documents.read(session, actor, document_id)


@router.get("/{document_id}/attachments/{file_id}", response_class=StreamingResponse, **needs(P.POLICY_READ))
async def read_attachment(
    document_id: RowId, file_id: RowId, session: SessionDep, actor: ActorDep
) -> StreamingResponse:
    """查看或下载政策文件的一个附件。"""
    return as_answer(*await documents.open_attachment(session, actor, document_id, file_id))
