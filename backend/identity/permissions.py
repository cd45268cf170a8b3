"""Rights over identity itself (DOMAIN §7.2, last rows)."""

from backend.kernel.labels import LabelledEnum


class IdentityPermission(LabelledEnum):
    """System administrators keep accounts, security administrators grant posts, security auditors read."""

    USER_READ = "user:read", "查看用户"
    USER_KEEP = "user:keep", "维护用户"
    POST_READ = "post:read", "查看任职"
    POST_GRANT = "post:grant", "授予任职"
    DIVISION_READ = "division:read", "查看行政区划"
    DIVISION_KEEP = "division:keep", "维护行政区划"
    ORGANIZATION_READ = "organization:read", "查看机构"
    ORGANIZATION_KEEP = "organization:keep", "维护机构"
