"""Refusals of discovery."""

from backend.kernel.errors import DomainError


class IllegalLeadMove(DomainError):
    """The table allows no such move."""

    message = "线索当前为“{current}”，不能变为“{target}”，请刷新后按可用操作办理"


class IllegalReferralMove(DomainError):
    """The table allows no such move."""

    message = "转介单当前为“{current}”，不能办理这一事项，请刷新后按可用操作办理"


class NothingToVisit(DomainError):
    """There is nothing to look at again yet."""

    message = "线索当前为“{current}”，帮助申请或转介之后才能登记回访"


CONSTRAINTS = {"uq_lead_finding": "该比对疑点已转为线索，请勿重复转办"}
