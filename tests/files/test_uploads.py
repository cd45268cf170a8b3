"""Uploads: judged by content, bounded, stored once, opened only by a short-lived link of one's own."""

import io
import zipfile
from pathlib import Path

import pytest

import storage
from backend.files import links, store
from backend.files.kinds import clean_name
from backend.kernel.config import settings
from backend.kernel.crypto import Suite, digest

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
EXE = b"MZ\x90\x00\x03" + bytes(200)


def office(part: str, *more: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name in ("[Content_Types].xml", part, *more):
            package.writestr(name, "<x/>")
    return made.getvalue()


async def send(client, name: str, content: bytes, **fields):
    return await client.post("/api/v1/files", files={"file": (name, content)}, data=fields)


def stored() -> set[Path]:
    return {path for path in (settings().home / "files").rglob("*") if path.is_file()}


@pytest.fixture
async def clerk(sign_in):
    return await sign_in("town109_clerk")


async def test_an_upload_tells_id_name_size_type_and_digest(clerk) -> None:
    answer = await send(clerk, "户口本.png", PNG, purpose="户口本")
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["name"], body["size"], body["media_type"]) == ("户口本.png", len(PNG), "image/png")
    assert body["digest"] == f"sm3:{digest(Suite.SM, PNG).hexdigest()}"
    assert "storage_key" not in body


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, "application/pdf"),
        (
            "a.docx",
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.xlsx", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("名单.csv", "姓名,金额\n张三,1356.00\n".encode("gb18030"), "text/csv"),
        ("名单.csv", "\ufeff姓名,金额\n".encode(), "text/csv"),
        ("a.jpg", bytes.fromhex("ffd8ffe000104a464946") + bytes(50), "image/jpeg"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(50), "video/mp4"),
    ],
    ids=range(7),
)
async def test_the_allowed_kinds_are_known_by_their_content(clerk, name, content, kind) -> None:
    answer = await send(clerk, name, content)
    assert (answer.status_code, answer.json().get("media_type")) == (201, kind), answer.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("网页.html", HTML, "不能上传"),
        ("图.svg", SVG, "不能上传"),
        ("图.png", SVG, "不能上传"),
        ("程序.exe", EXE, "不能上传"),
        ("程序.pdf", EXE, "不能上传"),
        ("证明.pdf", PNG, "内容却是 PNG"),
        ("图.png", PDF, "内容却是 PDF"),
        ("表.csv", HTML, "网页"),
        ("表.csv", b"a,b\x00\x01\n", "不是文字"),
        ("包.zip", office("a.txt"), "不能上传"),
        ("宏.docx", office("word/document.xml", "word/vbaProject.bin"), "宏"),
        ("坏.docx", office("word/document.xml")[:60], "损坏"),
        ("旧.doc", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "旧版 Office"),
        ("空.pdf", b"", "空的"),
    ],
    ids=range(14),
)
async def test_anything_else_is_refused_in_words_and_leaves_nothing(clerk, name, content, words) -> None:
    before = stored()
    answer = await send(clerk, name, content)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
    assert stored() == before


async def test_a_protected_workbook_is_taken_and_marked(clerk) -> None:
    content = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(60)
    body = (await send(clerk, "密.xlsx", content)).json()
    assert body["encrypted"] is True


async def test_a_refusal_speaks_english_to_who_asks(sign_in) -> None:
    client = await sign_in("town109_clerk", "en")
    detail = (await send(client, "证明.pdf", PNG)).json()["detail"]
    assert "PNG" in detail
    assert not any("\u4e00" <= character <= "\u9fff" for character in detail), detail


async def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not(clerk, monkeypatch) -> None:
    small = settings().model_copy(update={"upload_megabytes_max": 1})
    monkeypatch.setattr("backend.files.receiving.settings", lambda: small)
    whole = 1024 * 1024
    assert (await send(clerk, "满.pdf", PDF.ljust(whole, b"\n"))).status_code == 201
    before = stored()
    for size in (whole + 1, 3 * whole):
        answer = await send(clerk, "大.pdf", PDF.ljust(size, b"\n"))
        assert answer.status_code == 413
        assert "1 MB" in answer.json()["detail"]
    assert stored() == before


async def test_a_stream_without_a_length_is_cut_at_the_limit(clerk, monkeypatch) -> None:
    small = settings().model_copy(update={"upload_megabytes_max": 1})
    monkeypatch.setattr("backend.files.receiving.settings", lambda: small)
    sent = 0

    async def endless():
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield bytes(256 * 1024)

    answer = await clerk.post(
        "/api/v1/files", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"no form", "multipart/form-data; boundary=x"), (b"{}", "application/json"), (b"--x", "multipart/form-data")],
)
async def test_a_broken_form_is_a_field_error(clerk, content, kind) -> None:
    answer = await clerk.post("/api/v1/files", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"


async def test_equal_contents_are_stored_once(clerk) -> None:
    content = PDF + b"% only here"
    before = stored()
    first, second = (await send(clerk, "甲.pdf", content)).json(), (await send(clerk, "乙.pdf", content)).json()
    assert first["id"] != second["id"]
    assert first["digest"] == second["digest"]
    assert len(stored() - before) == 1


@pytest.mark.parametrize(("failure", "status"), [(storage.StorageFull, 507), (storage.StorageUnavailable, 503)])
async def test_a_full_or_absent_store_is_said_and_nothing_remains(clerk, monkeypatch, failure, status) -> None:
    async def refuse(*_args, **_kwargs):
        raise failure(place="x", reason="y")

    monkeypatch.setattr(store.store(), "put", refuse, raising=True)
    listed = (await clerk.get("/api/v1/files", params={"exact_total": True})).json()["total"]
    before = stored()
    answer = await send(clerk, "a.pdf", PDF + str(status).encode())
    assert answer.status_code == status
    assert "文件存储" in answer.json()["detail"]
    assert stored() == before
    assert (await clerk.get("/api/v1/files", params={"exact_total": True})).json()["total"] == listed


async def test_a_refusal_after_storing_takes_the_content_away(clerk, monkeypatch) -> None:
    async def fail(*_args, **_kwargs):
        raise OSError

    monkeypatch.setattr("backend.files.service.audit.record", fail)
    before = stored()
    assert (await send(clerk, "a.pdf", PDF + b"% unrecorded")).status_code >= 500
    assert stored() == before


async def test_a_link_gives_the_very_bytes_under_safe_headers(clerk) -> None:
    file_id = (await send(clerk, "证明.pdf", PDF)).json()["id"]
    link = (await clerk.post(f"/api/v1/files/{file_id}/links")).json()
    answer = await clerk.get(link["url"])
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    file_id = (await send(clerk, "名单.csv", b"a,b\n")).json()["id"]
    answer = await clerk.get((await clerk.post(f"/api/v1/files/{file_id}/links")).json()["url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "text/csv"


async def test_a_link_serves_only_its_person_its_file_and_its_minutes(clerk, sign_in, public) -> None:
    one, other = (await send(clerk, "1.png", PNG)).json()["id"], (await send(clerk, "2.png", PNG)).json()["id"]
    link = (await clerk.post(f"/api/v1/files/{one}/links")).json()["url"]
    assert (await (await sign_in("county_admin")).get(link)).status_code == 403
    assert (await public.get(link)).status_code == 401
    assert (await clerk.get(link.replace(f"/{one}/", f"/{other}/"))).status_code == 403
    assert (await clerk.get(link[:-2])).status_code == 403
    user = int(link.split("token=")[1].split(".")[1])
    old, _ = links.sign(one, user, at=1_000_000_000)
    assert (await clerk.get(f"/api/v1/files/{one}/content", params={"token": old})).status_code == 403
    for nonsense in ("", "x", "1.2", "a.b.c.d"):
        assert (await clerk.get(f"/api/v1/files/{one}/content", params={"token": nonsense})).status_code == 403


async def test_another_town_sees_nothing_of_a_file(clerk, sign_in) -> None:
    file_id = (await send(clerk, "a.png", PNG)).json()["id"]
    stranger = await sign_in("town001_clerk")
    assert (await stranger.get(f"/api/v1/files/{file_id}")).status_code == 404
    assert (await stranger.post(f"/api/v1/files/{file_id}/links")).status_code == 404
    assert file_id not in [row["id"] for row in (await stranger.get("/api/v1/files")).json()["items"]]
    assert (await send(stranger, "a.png", PNG, division_code="371623109")).status_code == 403


async def test_uploads_and_openings_are_audited(clerk, sign_in) -> None:
    file_id = (await send(clerk, "a.png", PNG)).json()["id"]
    await clerk.post(f"/api/v1/files/{file_id}/links")
    auditor = await sign_in("secaudit")
    found = (
        await auditor.get("/api/v1/audit-entries", params={"subject_kind": "file", "subject_id": str(file_id)})
    ).json()
    assert {row["action"] for row in found["items"]} == {"file.upload", "file.open"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\证明.pdf", "证明.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("...", "file"),
        ("a" * 400 + ".pdf", "a" * 196 + ".pdf"),
        ('x"y\r\n.pdf', "xy.pdf"),
    ],
)
def test_a_name_never_carries_a_path_or_a_trick(given, kept) -> None:
    assert clean_name(given) == kept
