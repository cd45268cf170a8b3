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


class VisitOver(DomainError):
    """A result is final."""

    message = "这次走访已经登记结果，不能再次登记；情况又有变化的，请另行安排走访"


CONSTRAINTS = {
    "uq_lead_finding": "该比对疑点已转为线索，请勿重复转办",
    "uq_household_visit_open": "该家庭已有一次待走访的安排，请先登记那次走访的结果",
}
