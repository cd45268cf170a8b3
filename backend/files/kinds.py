"""What a file really is, judged by its content; the name only has to agree."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

import filetype

from backend.files.errors import UploadRefused
from backend.kernel.i18n import say

HEAD_BYTES = 8192
NAME_LENGTH_MAX = 200
ALLOWED_WORDS = "PDF、JPG、PNG、WEBP、HEIC、DOCX、XLSX、CSV、MP4"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BAD_CHARACTERS = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind that may be uploaded."""

    media_type: str
    label: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the content turned out to be, and the name it may bear."""

    kind: Kind
    name: str
    encrypted: bool


PDF = Kind("application/pdf", "PDF", ("pdf",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX", ("docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", ("xlsx",))
CSV = Kind("text/csv", "CSV", ("csv",))
_BY_MAGIC = {
    "application/pdf": PDF,
    "image/jpeg": Kind("image/jpeg", "JPG", ("jpg", "jpeg")),
    "image/png": Kind("image/png", "PNG", ("png",)),
    "image/webp": Kind("image/webp", "WEBP", ("webp",)),
    "image/heic": Kind("image/heic", "HEIC", ("heic", "heif")),
    "video/mp4": Kind("video/mp4", "MP4", ("mp4",)),
}
INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})


def judge(name: str, file: BinaryIO) -> Judged:
    """Read what is needed of the content and compare it with the name; raise UploadRefused with the reason."""
    name = clean_name(name)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise refused("文件是空的，请检查后重新选择")
    kind, encrypted = _recognise(name, head, file)
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    if not extension:
        name = f"{name}.{kind.extensions[0]}"
    elif extension not in kind.extensions:
        raise refused(
            "文件名以“.{extension}”结尾，内容却是 {actual}；请用正确的扩展名保存后重新上传",
            extension=extension,
            actual=kind.label,
        )
    return Judged(kind, name, encrypted)


def clean_name(name: str) -> str:
    """Return the last part of the name without anything that a file system or a header would misread."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    last = _BAD_CHARACTERS.sub("", "".join(c for c in last if unicodedata.category(c) not in {"Cf", "Cs", "Cc"}))
    last = last.strip(" .") or "file"
    stem, suffix = PurePosixPath(last).stem, PurePosixPath(last).suffix[:12]
    return stem[: NAME_LENGTH_MAX - len(suffix)] + suffix


def refused(template: str, **facts: object) -> UploadRefused:
    """Return the refusal with its reason in the language of the request."""
    return UploadRefused(reason=say(template, None, **facts))


def _recognise(name: str, head: bytes, file: BinaryIO) -> tuple[Kind, bool]:
    if head.startswith(b"PK\x03\x04"):
        return _office(file), False
    if head.startswith(_OLE):
        return _old_office(name, file), True
    guessed = filetype.guess(head)
    kind = _BY_MAGIC.get(guessed.mime) if guessed else None
    if kind is not None:
        return kind, kind is PDF and _pdf_is_encrypted(file)
    if guessed is None and name.lower().endswith(".csv"):
        return _text(head), False
    raise refused("内容不是允许的类型（只接受 {allowed}）；网页、程序、压缩包等不能上传", allowed=say(ALLOWED_WORDS))


def _office(file: BinaryIO) -> Kind:
    """Tell a document from a workbook by its parts; only the directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = {part.lower() for part in package.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refused("文件不完整或已损坏，请在原软件中打开确认后重新保存上传") from None
    if any(part.endswith("vbaproject.bin") for part in parts):
        raise refused("文件含有宏程序，请另存为不含宏的 DOCX 或 XLSX 后重新上传")
    if "[content_types].xml" in parts and "word/document.xml" in parts:
        return DOCX
    if "[content_types].xml" in parts and "xl/workbook.xml" in parts:
        return XLSX
    raise refused("内容不是允许的类型（只接受 {allowed}）；网页、程序、压缩包等不能上传", allowed=say(ALLOWED_WORDS))


def _old_office(name: str, file: BinaryIO) -> Kind:
    """Accept a password-protected DOCX or XLSX, which is wrapped in the old container; refuse the old formats."""
    file.seek(0)
    tail = b""
    while chunk := file.read(1 << 20):
        if _ENCRYPTED_PACKAGE in tail + chunk:
            return XLSX if name.lower().endswith(".xlsx") else DOCX
        tail = chunk[-len(_ENCRYPTED_PACKAGE) :]
    raise refused("这是旧版 Office 文件（DOC、XLS），请另存为 DOCX 或 XLSX 后重新上传")


def _pdf_is_encrypted(file: BinaryIO) -> bool:
    file.seek(0)
    tail = b""
    while chunk := file.read(1 << 20):
        if b"/Encrypt" in tail + chunk:
            return True
        tail = chunk[-8:]
    return False


def _text(head: bytes) -> Kind:
    text = _decoded(head)
    if text is None or "\x00" in text:
        raise refused("文件扩展名是 CSV，内容却不是文字；请用“另存为 CSV”重新导出")
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise refused("文件扩展名是 CSV，内容却是网页或 XML；请重新导出")
    return CSV


def _decoded(head: bytes) -> str | None:
    # The head may cut a character in two: up to three bytes at its end do not count.
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                return head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None
