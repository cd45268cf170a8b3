"""Why verification refuses."""

from backend.kernel.errors import DomainError


class AlreadyReported(DomainError):
    """A report stands; what changed is asked anew."""

    message = "该核对请求已出具报告，不能再修改；有新情况的请重新提请核对"


class NothingFound(DomainError):
    """A report rests on answers."""

    message = "还没有登记任何来源的核对结果，请先登记各来源的结果再出具报告"


class ConclusionContradicts(DomainError):
    """The conclusion must follow from the answers."""

    message = "有来源的结果为“{outcome}”，核对结论不能是“{conclusion}”，请核对后重新选择"


class WithoutConsent(DomainError):
    """Nobody is looked up without having agreed (社会救助法 第41条)."""

    message = "{names}尚未签署核对授权书，不能提请核对，请先补签"


class StillOpen(DomainError):
    """One question at a time."""

    message = "本案已提请核对，尚未出具报告，请等待报告后再提请"


CONSTRAINTS = {"uq_verification_result_source": "该来源对该人员的结果已登记，请勿重复登记"}
