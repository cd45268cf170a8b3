"""Refusals of matching."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_benefit_active": "该家庭或人员已在享受此项目，不能重复登记",
    "uq_finding_open": "该问题已经在册",
}


class FindingNotOpen(DomainError):
    """It was turned or has gone away; nothing is done twice."""

    message = "该问题{status}，不能再次转办"


class NothingPublished(DomainError):
    """There is nothing to match against."""

    status_code = 422
    message = "在 {as_of} 没有可比对的已发布项目，请检查项目代码和日期"


class PersonUnknown(DomainError):
    """Nobody of this number is registered within reach."""

    status_code = 404
    message = "没有查到该证件号码对应的人员，请核对号码；如确无登记，可直接登记家庭"


class RuleNeedsData(DomainError):
    """A project asks for a fact that the registry does not keep."""

    message = "项目 {code} 使用了对象库尚未提供的事实“{word}”，暂不能比对"


class NotYetCounted(DomainError):
    """Nobody has counted what a proposed number means."""

    status_code = 404
    message = "该参数变更还没有测算影响，请先测算"
