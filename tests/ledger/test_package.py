"""A year of a book leaves the house as a signed package, and any change to it is found and named elsewhere."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from backend.cli import app
from backend.kernel.actor import SYSTEM
from backend.ledger import service
from backend.ledger.books.service import trial_balance_of
from backend.ledger.models import Journal
from backend.ledger.package import form, signing, writing
from backend.ledger.package.checking import check
from tests.conftest import committed
from tests.ledger.conftest import Books
from tests.ledger.test_books import pay


@pytest.fixture
async def package(books: Books, tmp_path: Path) -> Path:
    """A town's year: its float and four payments, one of them reversed."""
    async with committed() as session:
        for number, day in enumerate((5, 9, 9, 28)):
            await pay(session, books.town, date(2026, 3, day), "120.50", number)
        journal = (
            await session.exec(select(Journal).where(Journal.fund_id == books.town.id).order_by(Journal.id))
        ).all()
        await service.reverse(session, SYSTEM, journal[2], "重复支付", date(2026, 4, 1))
        written = await writing.write(session, books.town, 2026)
    return Path(shutil.move(written, tmp_path / "town.zip"))


def rewritten(path: Path, name: str, change, *, resign: bool = False) -> Path:
    """Write the package anew with one member changed, as somebody would who knows the format."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members[name] = change(members[name])
    if resign:
        manifest = json.loads(members[form.MANIFEST])
        for member in manifest["members"]:
            manifest["members"][member]["sha256"] = hashlib.sha256(members[member]).hexdigest()
        members[form.MANIFEST] = form.canonical(manifest)
        members[form.SIGNATURE] = signing.sign(members[form.MANIFEST])
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out


def with_cells(content: bytes, row: int, **cells: str) -> bytes:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    rows[row] |= cells
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


async def test_what_was_handed_over_is_whole(package) -> None:
    found = check(package)
    assert (found.ok, found.fault) == (True, None)
    assert found.fund.split()[1].startswith("测试备用金")
    assert (found.year, found.vouchers) == (2026, 6)
    assert found.fingerprint == signing.fingerprint(signing.public_key())


async def test_a_signature_does_not_fit_other_content(package) -> None:
    changed = rewritten(package, form.MANIFEST, lambda content: content.replace(b"2026", b"2025"))
    assert check(changed).fault == "签名不符：清单被改动过，或不是由所附公钥签署"


async def test_a_changed_table_is_named(package) -> None:
    changed = rewritten(package, form.LINES, lambda content: with_cells(content, 1, doc_no="伪造"))
    assert check(changed).fault == "“lines.csv”的内容与清单中的摘要不符"


async def test_even_the_signer_cannot_change_a_voucher(package) -> None:
    changed = rewritten(package, form.JOURNALS, lambda content: with_cells(content, 3, memo="别的事"), resign=True)
    assert "内容与其摘要不符，或与前一张凭证接不上" in check(changed).fault


async def test_amounts_that_do_not_balance_are_found_before_their_hash(package) -> None:
    changed = rewritten(
        package, form.LINES, lambda content: with_cells(content, 2, debit="0.01", credit="0.00"), resign=True
    )
    assert "分录不完整或借贷不平" in check(changed).fault


async def test_a_missing_voucher_is_found(package) -> None:
    def without(content: bytes) -> bytes:
        lines = content.split(b"\n")
        return b"\n".join(lines[:4] + lines[5:])

    assert "序号不连续或缺少分录" in check(rewritten(package, form.JOURNALS, without, resign=True)).fault


async def test_sums_that_do_not_follow_from_the_lines_are_found(package) -> None:
    changed = rewritten(package, form.BALANCES, lambda content: with_cells(content, 0, debit="1.00"), resign=True)
    assert "的发生额与分录合计不符" in check(changed).fault


async def test_another_signer_is_refused_by_name(package) -> None:
    assert check(package, "0000-0000").fault.startswith("签署人不符：应为 0000-0000")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert check(path).fault.startswith("文件不是完整的账簿数据包")


async def test_the_command_line_tells_by_its_exit_code(package) -> None:
    runner = CliRunner()
    good = runner.invoke(app, ["verify", "package", str(package)])
    assert good.exit_code == 0
    assert signing.fingerprint(signing.public_key()) in good.output.replace("\n", "")
    changed = rewritten(package, form.LINES, lambda content: with_cells(content, 1, doc_no="伪造"))
    assert runner.invoke(app, ["verify", "package", str(changed)]).exit_code == 1
    assert runner.invoke(app, ["verify", "package", "nowhere.zip"]).exit_code == 2


async def test_amounts_agree_with_the_trial_balance(package, books) -> None:
    async with committed() as session:
        trial = await trial_balance_of(session, books.town, None)
    with zipfile.ZipFile(package) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(form.BALANCES).decode())))
    found = {row["account_code"]: Decimal(row["debit"]) - Decimal(row["credit"]) for row in rows}
    assert found == {item.account_code: item.debit - item.credit for item in trial.items}


async def test_the_auditor_gets_it_over_http(sign_in, tmp_path: Path) -> None:
    auditor = await sign_in("county_auditor")
    funds = (await auditor.get("/api/v1/funds?page_size=200")).json()["items"]
    fund = next(fund["id"] for fund in funds if fund["code"] == "BK01")
    year = (await auditor.get(f"/api/v1/journals?fund_id={fund}")).json()["items"][0]["year"]
    answer = await auditor.get(f"/api/v1/ledger/package?fund_id={fund}&year={year}")
    assert answer.headers["content-disposition"] == f'attachment; filename="BK01-{year}.zip"'
    path = tmp_path / "book.zip"
    path.write_bytes(answer.content)
    assert check(path).ok


async def test_a_year_without_vouchers_and_a_reader_without_the_right_are_refused(sign_in) -> None:
    auditor = await sign_in("county_auditor")
    fund = (await auditor.get("/api/v1/funds?page_size=200")).json()["items"][0]["id"]
    answer = await auditor.get(f"/api/v1/ledger/package?fund_id={fund}&year=2001")
    assert answer.status_code == 409
    assert "在 2001 年没有凭证" in answer.json()["detail"]
    cashier = await sign_in("town109_cashier")
    assert (await cashier.get(f"/api/v1/ledger/package?fund_id={fund}&year=2026")).status_code in {403, 404}
