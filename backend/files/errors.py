"""Why a file is not taken or not given."""

from backend.kernel.errors import DomainError


class UploadTooLarge(DomainError):
    """More bytes than the operator allows."""

    status_code = 413
    message = "文件超过 {limit} MB 的上限，未保存。请压缩后重新上传，或拆成几个文件"


class UploadRefused(DomainError):
    """The content is not one of the kinds that a matter may carry."""

    status_code = 422
    message = "文件未保存：{reason}"


class NoRoom(DomainError):
    """The store is full; nothing of the file was kept."""

    status_code = 507
    message = "文件存储空间已满，文件未保存。请联系系统管理员清理或扩容后重新上传"


class StoreAway(DomainError):
    """The store does not answer."""

    status_code = 503
    message = "文件存储暂时无法使用，请稍后重试；如反复出现请联系系统管理员"


class ContentMissing(DomainError):
    """The row is there, its content is not."""

    status_code = 503
    message = "该附件的内容在文件存储中找不到，请联系系统管理员从备份恢复"


class LinkInvalid(DomainError):
    """The link was changed, has ended, or was made for somebody else."""

    status_code = 403
    message = "下载链接无效、已过期或不是为您签发的，请返回页面重新打开附件"
