"""Rights over matching."""

from backend.kernel.labels import LabelledEnum


class MatchingPermission(LabelledEnum):
    """Granted per role in policies/permissions.csv."""

    MATCH = "match:read", "查看资格比对"
    LOOKUP = "match:lookup", "一证查询"
    RUN = "matching_run:create", "发起比对"
    READ = "finding:read", "查看错漏重"
    EXPORT = "finding:export", "导出错漏重"
    TURN = "finding:turn", "转办错漏重"
    WHAT_IF = "scenario:create", "测算标准调整"
    READ_SCENARIO = "scenario:read", "查看测算"
    READ_BENEFIT = "benefit:read", "查看在享待遇"
