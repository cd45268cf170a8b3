"""Errors a person caused and can fix; anything else is a bug and stays a 500."""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the domain said no. Subclasses fix the status and the wording.

    `message` is a Chinese template over `facts`; its English stands in the package's `english.json`.
    `field_errors` lists (field, message template, facts) for forms.
    """

    status_code: ClassVar[int] = 409
    message: ClassVar[str] = "操作不符合业务规则"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.field_errors: list[tuple[str, str]] = []
        super().__init__(self.message.format(**facts))

    @property
    def retry_after(self) -> int | None:
        """Return in how many seconds the same request may succeed, when time alone is the cure."""
        return None

    def at(self, *fields: tuple[str, str]) -> "DomainError":
        """Name the faulty fields with a sentence each, and return the error to raise."""
        self.field_errors.extend(fields)
        return self


class InvalidInput(DomainError):
    """What was typed cannot be accepted; each faulty field is named."""

    status_code = 422
    message = "填写的内容有误，请按提示修改后重新提交"


def invalid(field: str, message: str) -> DomainError:
    """Return an InvalidInput about one field."""
    return InvalidInput().at((field, message))


class NotFound(DomainError):
    """The record does not exist, or lies outside the actor's area."""

    status_code = 404
    message = "记录不存在或不在您的管辖范围内"


class NotPermitted(DomainError):
    """The actor's roles do not allow this action here."""

    status_code = 403
    message = "您没有“{permission}”权限，如确需办理请联系系统管理员"


class NotPermittedThere(NotPermitted):
    """The actor holds the right, but not in this division."""

    message = "您的“{permission}”权限不包括这个区划，请改选您管辖范围内的区划"


class NotSignedIn(DomainError):
    """Nobody is signed in."""

    status_code = 401
    message = "请先登录"


class Conflict(DomainError):
    """The record's state, or another record, stands against it."""

    message = "{reason}"


class StaleVersion(DomainError):
    """Somebody changed the record since it was read."""

    status_code = 412
    message = "该记录已被他人修改（您看到的是第 {seen} 版，现在是第 {current} 版），请刷新后重新填写"


class IdempotencyMismatch(DomainError):
    """The key was used for something else."""

    message = "同一个 Idempotency-Key 已用于内容不同的请求，请换一个新的编号"


class TooMany(DomainError):
    """Too many requests."""

    status_code = 429
    message = "操作过于频繁，请 {seconds} 秒后再试"

    @property
    def retry_after(self) -> int | None:
        """Return the seconds the sentence names."""
        return int(str(self.facts["seconds"]))


class FontMissing(DomainError):
    """No Chinese font to embed."""

    status_code = 503
    message = "服务器上没有中文字体，无法生成 PDF：请安装 fonts-noto-cjk，或用 EJIA_FONT_DIR 指定字体所在目录"
