"""Rights over policies, parameters and projects."""

from backend.kernel.labels import LabelledEnum


class CataloguePermission(LabelledEnum):
    """Granted per role in policies/permissions.csv (DOMAIN §7.2, policy_param / item)."""

    POLICY_READ = "policy:read", "查看政策库"
    POLICY_EDIT = "policy:edit", "维护政策库"
    PARAMETER_READ = "parameter:read", "查看政策参数"
    PARAMETER_PROPOSE = "parameter:propose", "提出参数变更"
    PARAMETER_APPROVE = "parameter:approve", "审批参数变更"
    PROJECT_READ = "project:read", "查看项目库"
    PROJECT_EDIT = "project:edit", "编辑救助项目"
    PROJECT_PUBLISH = "project:publish", "发布救助项目"
