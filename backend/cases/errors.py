"""How a case can refuse, each with what to do about it."""

from backend.kernel.errors import DomainError


class IllegalMove(DomainError):
    """The states allow no such move."""

    message = "案件当前为“{current}”，不能通过“{action}”变为“{target}”，请刷新后按可用操作办理"


class ActionNotHere(DomainError):
    """The step the case is in has no such action; often somebody else was quicker."""

    message = "案件当前为“{current}”（{step}环节），不能通过“{action}”变为“{target}”；此时可办理：{available}"


class UnknownAction(DomainError):
    """No path knows this action."""

    status_code = 422
    message = "没有名为“{action}”的操作，请从可用操作中选择"


class GuardRefused(DomainError):
    """A condition of the step is not met; each guard brings its own sentence."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.message = sentence  # type: ignore[misc]  # one class, many sentences
        super().__init__(**facts)


class SamePerson(DomainError):
    """受理人 ≠ 调查人 ≠ 审批人."""

    message = "{name}已作为本案的{earlier}，按经办人员分离要求不能再作为{now}，请由其他人员办理"


class KinInvolved(DomainError):
    """The actor is the recorded relative."""

    message = "{name}与申请家庭有近亲属关系并已备案，应当回避，请由其他人员办理"


class OpinionMissing(DomainError):
    """A decision against somebody needs its words."""

    status_code = 422
    message = "办理“{action}”必须填写意见，说明理由"


class NoSuchProject(DomainError):
    """No published version is in force."""

    status_code = 422
    message = "项目“{code}”当前没有已发布且在有效期内的版本，不能申请"


class DecidedElsewhere(DomainError):
    """A described entry of another department."""

    status_code = 422
    message = "“{project}”由{department}认定，本平台不受理申请，请转介到该部门办理"


class NotInHousehold(DomainError):
    """The applicant's number is not of this household, or not of one the actor may see."""

    status_code = 422
    message = "申请人不在该家庭的现有成员中，请核对身份证号和家庭，或先维护家庭成员"


class AlreadyOpen(DomainError):
    """One need, one case."""

    message = "该家庭的“{project}”申请（{number}）正在办理，当前为“{state}”，请勿重复申请"


class PathBroken(DomainError):
    """The project's version changed under the case or was made by hand."""

    message = "项目“{project}”的办理流程中没有“{step}”环节，请联系项目管理员核对该版本的流程"


class NotDecided(DomainError):
    """Only what was decided can be printed as decided."""

    message = "案件当前为“{state}”，尚未作出决定，还不能打印审批表"


CONSTRAINTS = {
    "uq_case_finding": "该比对疑点已转为复核，请勿重复转办",
    "uq_case_open": "该家庭的同一项目正在办理，请勿重复申请",
    "uq_case_step_number": "有人正在同时办理本案，请刷新后重试",
    "uq_calendar_day_day": "该日期已在工作日历中，请直接修改",
    "uq_case_consent_person": "该成员已经签署，请勿重复登记",
}
