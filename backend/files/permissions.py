"""Rights over attachments."""

from backend.kernel.labels import LabelledEnum


class FilePermission(LabelledEnum):
    """Reading follows the division of the matter that a file belongs to."""

    READ = "file:read", "查看附件"
    UPLOAD = "file:upload", "上传附件"
