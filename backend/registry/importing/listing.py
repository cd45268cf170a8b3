"""The list of imports: what was brought in, by whom, and what came of it."""

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import func

from backend.identity.models import User
from backend.kernel.listing import Listing, ListQuery, equals
from backend.kernel.scope import Scope
from backend.registry.listings import table_of
from backend.registry.models import RosterImport
from backend.registry.models.roster import ImportStatus
from backend.registry.permissions import RegistryPermission

R, U = table_of(RosterImport), table_of(User)


class ImportRow(BaseModel):
    """One import."""

    id: int
    file_name: str = Field(title="文件名")
    user_name: str | None = Field(title="导入人")
    dry_run: bool = Field(title="仅校验")
    status: ImportStatus = Field(title="状态")
    rows: int = Field(title="行数")
    accepted: int = Field(title="通过行数")
    rejected: int = Field(title="未通过行数")
    created_households: int = Field(title="新建家庭")
    changed_households: int = Field(title="更新家庭")
    unchanged_households: int = Field(title="无变化家庭")
    message: str | None = Field(title="说明")
    created_at: datetime = Field(title="上传时间", json_schema_extra={"x-sortable": True})
    allowed_actions: list[str] = Field(default_factory=list)


class ImportQuery(ListQuery):
    """Filters of the list."""

    status: ImportStatus | None = Field(default=None, title="状态")
    dry_run: bool | None = Field(default=None, title="仅校验")


IMPORTS = Listing(
    name="imports",
    title="名册导入记录",
    permission=RegistryPermission.IMPORT,
    export_permission=RegistryPermission.IMPORT,
    source=R.outerjoin(U, U.c.id == R.c.user_id),
    key=R.c.id,
    columns={name: R.c[name] for name in ImportRow.model_fields if name in R.c} | {"user_name": U.c.name},
    scope=Scope(division=R.c.division_code),
    row_model=ImportRow,
    filters={"status": equals(R.c.status), "dry_run": equals(R.c.dry_run)},
    sortable={"created_at": R.c.created_at},
    search=lambda q: R.c.file_name.like(q, escape="\\"),
    option_label=func.concat(R.c.file_name),
)
