"""What verification announces upward."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerificationReported:
    """A report was issued; `findings` are the answers that differ or breach, in words."""

    request_id: int
    matter_id: int
    conclusion: str
    summary: str
    findings: tuple[str, ...]
    user_id: int
