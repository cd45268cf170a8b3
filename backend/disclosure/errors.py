"""Why the public site, or the staff behind it, cannot do something."""

from backend.kernel.errors import DomainError, NotFound


class NothingFound(NotFound):
    """The number is unknown or the digits do not fit: both look the same, so that nobody can probe."""

    message = "没有查到相符的申请，请核对申请编号和证件号码（或手机号）后四位"


class NoticeEnded(DomainError):
    """Objections are taken while the notice runs."""

    message = "该公示已经结束或撤下，如有意见请拨打救助热线反映"


class AlreadyWaiting(DomainError):
    """The same person already waits for an answer to the same request."""

    message = "您已提交过同一申请，工作人员正在处理，请勿重复提交；如有补充请拨打救助热线"


class AlreadyHandled(DomainError):
    """The application was turned into a case or answered."""

    message = "该网上申请{status}，不能再次办理"


CONSTRAINTS = {
    "uq_hotline_number": "该区划已登记过这个电话号码，请直接修改原记录",
    "uq_online_application_waiting": AlreadyWaiting.message,
    "uq_notice_objection_phone": "您已对该公示提出过异议，工作人员正在核实，请勿重复提交",
}
