"""Rights over what the public sees and sends."""

from backend.kernel.labels import LabelledEnum


class DisclosurePermission(LabelledEnum):
    """The public itself needs no right; these are for the staff behind the counter."""

    HOTLINE_READ = "hotline:read", "查看救助热线"
    HOTLINE_EDIT = "hotline:edit", "维护救助热线"
    APPLICATION_READ = "online_application:read", "查看网上申请"
    APPLICATION_REVEAL = "online_application:reveal", "查看网上申请人完整信息"
    APPLICATION_ACCEPT = "online_application:accept", "办理网上申请"
    OBJECTION_READ = "notice_objection:read", "查看公示异议来件"
