"""Why a file could not be kept or read; each says so in one Chinese sentence, with its English in `english.json`."""

from typing import ClassVar


class StorageError(Exception):
    """Something about the file store; `message` is a template over `facts`."""

    message: ClassVar[str] = "文件存储出错"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message.format(**facts))


class StorageFull(StorageError):
    """No room is left; nothing of the file was kept."""

    message = "文件存储空间已满，文件未保存。请联系系统管理员清理或扩容后重新上传"


class StorageUnavailable(StorageError):
    """The store does not answer, or refuses us; trying again later may help."""

    message = "文件存储（{place}）暂时无法使用：{reason}。请稍后重试，或联系系统管理员"


class FileMissing(StorageError):
    """The store answers, but holds no such file."""

    message = "文件存储中没有编号为 {key} 的文件，可能已被删除"


class BadKey(StorageError, ValueError):
    """The key was not made by `new_key`: a bug of the caller, perhaps an attack."""

    message = "文件编号 {key} 不合规则"
