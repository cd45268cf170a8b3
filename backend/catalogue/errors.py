"""Refusals of the catalogue."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_policy_document_code": "该编号的政策文件已经存在，请换一个编号",
    "uq_policy_clause_label": "同一文件中条款名称重复，请检查各条款的名称",
    "ex_parameter_overlap": "该参数在这段时间已有数值，有效期不能重叠",
    "uq_parameter_change_open": "同一参数、同一生效日期已有待审批的变更，请先处理",
    "uq_parameter_name_code": "该参数代码已经存在",
    "uq_parameter_name_label": "该参数名称已经存在",
    "uq_project_code": "该项目代码已经存在，请换一个代码",
    "uq_project_version_draft": "该项目已有一个未发布的版本，请继续编辑它",
    "uq_project_version_number": "他人刚刚建立了新版本，请刷新后继续",
    "ex_project_version_overlap": "该项目在这段时间已有已发布的版本，有效期不能重叠",
}


class UnknownParameter(DomainError):
    """No such word."""

    status_code = 422
    message = "没有代码为“{code}”的参数，请从参数名录中选择"


class NoSuchParameter(UnknownParameter):
    """A page or a client asks for a word that does not exist."""

    status_code = 404


class NoSuchAttachment(DomainError):
    """The instrument has no such file."""

    status_code = 404
    message = "该政策文件没有这个附件，请刷新后重试"


class SamePersonDecides(DomainError):
    """A number needs two persons (DOMAIN §7.3 rule 5)."""

    message = "参数变更须由两人办理：提出人不能审批自己提出的变更，请由他人审批"


class ChangeDecided(DomainError):
    """The proposal was decided before."""

    message = "该变更{status}，不能再次办理"


class ParameterTooEarly(DomainError):
    """A later value stands; history is not rewritten."""

    message = "该参数自 {later} 起已有数值，新数值的起始日期必须晚于该日期；过去的数值不能改写"


class VersionFixed(DomainError):
    """A published version never changes."""

    message = "第 {number} 版{status}，不能修改；请建立新版本"


class DefinitionFaulty(DomainError):
    """The version has faults; each is named with its place."""

    status_code = 422
    message = "该版本有 {count} 处问题，不能发布，请按提示修改"


class SamePersonPublishes(DomainError):
    """A version needs two persons, as a number does (DOMAIN §7.3 rule 5)."""

    message = "救助项目须由两人办理：最后编辑该版本的人不能发布它，请由他人发布"


class PublicationDateRefused(DomainError):
    """The day does not fit to the versions before."""

    status_code = 422
    message = "生效日期必须晚于现行版本的生效日期 {current}"


class NothingToRetire(DomainError):
    """Only a published version can be retired."""

    message = "第 {number} 版{status}，只有已发布的版本可以停用"
