"""Who may see and stop background work. One's own work is always visible."""

from backend.kernel.labels import LabelledEnum


class JobPermission(LabelledEnum):
    """`resource:action`, exactly as written in policies/permissions.csv."""

    READ = "job:read", "查看后台任务"
