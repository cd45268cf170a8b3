"""Rights over verification (DOMAIN §7.2 核对): asking is part of the case, answering is the county centre's."""

from backend.kernel.labels import LabelledEnum


class VerificationPermission(LabelledEnum):
    """The answers themselves are the verifier's; others see the conclusion and what differs."""

    READ = "verification:read", "查看核对结果"
    WORK = "verification:work", "办理核对"
