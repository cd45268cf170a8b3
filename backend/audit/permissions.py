"""Rights over the audit trail."""

from backend.kernel.labels import LabelledEnum


class AuditPermission(LabelledEnum):
    """Reading is for those who supervise and change nothing (三员分立)."""

    READ = "audit_entry:read", "查看审计记录"
    EXPORT = "audit_entry:export", "导出审计记录"
    VERIFY = "audit_entry:verify", "校验审计链"
