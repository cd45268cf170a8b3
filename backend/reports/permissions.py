"""Rights over reports."""

from backend.kernel.labels import LabelledEnum


class ReportPermission(LabelledEnum):
    """A report also asks for the right to read what it counts."""

    READ = "report:read", "查看报表"
    EXPORT = "report:export", "导出报表"
