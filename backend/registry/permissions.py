"""Rights over the registry."""

from backend.kernel.labels import LabelledEnum


class RegistryPermission(LabelledEnum):
    """Granted per role in policies/permissions.csv (DOMAIN §7.2, 对象库)."""

    READ = "household:read", "查看对象库"
    CREATE = "household:create", "登记家庭"
    UPDATE = "household:update", "维护家庭资料"
    TRANSFER = "household:transfer", "迁移家庭"
    EXPORT = "household:export", "导出对象库"
    IMPORT = "household:import", "导入家庭名册"
    REVEAL = "person:reveal", "查看完整证件号码"
    MERGE = "person:merge", "合并重复人员"
