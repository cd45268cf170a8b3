"""Write what the paying bank reads: CSV, workbook, ISO 20022 pain.001; the same batch gives the same bytes."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET

import xlsxwriter

from backend.kernel.clocks import CHINA
from backend.kernel.crypto import Suite, digest

Format = Literal["csv", "xlsx", "pain001"]
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pain001": "application/xml",
}
HEADER = (
    "batch_no", "org_uscc", "item_code", "period", "bank_code", "total_count", "total_amount", "currency",
    "create_time", "digest",
)  # fmt: skip
COLUMNS = (
    "seq", "biz_no", "payee_name", "id_type", "id_no", "acct_type", "acct_no", "bank_name", "cnaps", "amount", "town12",
    "village12", "relation_to_head", "memo",
)  # fmt: skip
MEMO_LENGTH = 20


@dataclass(frozen=True, slots=True)
class FileLine:
    """One payee as the bank needs them: the numbers are whole here."""

    seq: int
    biz_no: str
    payee_name: str
    id_type: str
    id_no: str
    acct_type: str
    acct_no: str
    bank_name: str
    cnaps: str
    amount: Decimal
    division_code: str
    relation: str
    memo: str

    def cells(self) -> list[str]:
        """Return the fields in the file's order."""
        town, village = self.division_code[:9].ljust(12, "0"), self.division_code[:12].ljust(12, "0")
        return [
            str(self.seq), self.biz_no, self.payee_name, self.id_type, self.id_no, self.acct_type, self.acct_no,
            self.bank_name, self.cnaps, f"{self.amount:.2f}", town, village, self.relation, self.memo[:MEMO_LENGTH],
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileHead:
    """The batch as the bank checks it."""

    number: str
    payer: str
    items: str
    period: str
    made_at: datetime


def write(kind: Format, head: FileHead, lines: Sequence[FileLine]) -> bytes:
    """Return the file's bytes."""
    return {"csv": _csv, "xlsx": _workbook, "pain001": _pain001}[kind](head, lines)


def file_digest(content: bytes) -> str:
    """Return the SM3 digest (GB/T 32905) the bank compares."""
    return digest(Suite.SM, content).hexdigest()


def _control(head: FileHead, lines: Sequence[FileLine]) -> list[str]:
    body = "\n".join("|".join(line.cells()) for line in lines)
    total = sum((line.amount for line in lines), Decimal(0))
    made = head.made_at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M:%S")
    return [
        head.number, head.payer, head.items, head.period, "", str(len(lines)), f"{total:.2f}", "CNY", made,
        file_digest(body.encode()),
    ]  # fmt: skip


def _csv(head: FileHead, lines: Sequence[FileLine]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    # The bank's loader takes every cell as text: nothing here is opened as a formula.
    writer.writerows(line.cells() for line in lines)
    writer.writerow(["HDR", *(f"{name}={value}" for name, value in zip(HEADER, _control(head, lines), strict=True))])
    return ("\ufeff" + buffer.getvalue()).encode()


def _workbook(head: FileHead, lines: Sequence[FileLine]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A workbook carries its time of making; the batch's own keeps the digest the same on every download.
    book.set_properties({"title": head.number, "created": head.made_at.astimezone(CHINA).replace(tzinfo=None)})
    sheet = book.add_worksheet("代发明细")
    for row, cells in enumerate([list(COLUMNS), *(line.cells() for line in lines)]):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
    control = book.add_worksheet("总控")
    for row, (name, value) in enumerate(zip(HEADER, _control(head, lines), strict=True)):
        control.write_string(row, 0, name)
        control.write_string(row, 1, value)
    book.close()
    return buffer.getvalue()


def _pain001(head: FileHead, lines: Sequence[FileLine]) -> bytes:
    total = f"{sum((line.amount for line in lines), Decimal(0)):.2f}"
    root = ET.Element("Document", xmlns=NAMESPACE)
    initiation = ET.SubElement(root, "CstmrCdtTrfInitn")
    group = ET.SubElement(initiation, "GrpHdr")
    made = head.made_at.astimezone(CHINA).isoformat(timespec="seconds")
    _texts(group, MsgId=head.number, CreDtTm=made, NbOfTxs=str(len(lines)), CtrlSum=total)
    _texts(ET.SubElement(group, "InitgPty"), Nm=head.payer)
    payment = ET.SubElement(initiation, "PmtInf")
    _texts(payment, PmtInfId=head.number, PmtMtd="TRF", NbOfTxs=str(len(lines)), CtrlSum=total)
    _texts(ET.SubElement(payment, "ReqdExctnDt"), Dt=made[:10])
    _texts(ET.SubElement(payment, "Dbtr"), Nm=head.payer)
    other = ET.SubElement(ET.SubElement(ET.SubElement(payment, "DbtrAcct"), "Id"), "Othr")
    _texts(other, Id=head.number)
    institution = ET.SubElement(ET.SubElement(payment, "DbtrAgt"), "FinInstnId")
    _texts(ET.SubElement(institution, "Othr"), Id="NOTPROVIDED")
    for line in lines:
        _transfer(payment, line)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(ET.tostring(root, encoding="utf-8"))


def _transfer(payment: ET.Element, line: FileLine) -> None:
    transfer = ET.SubElement(payment, "CdtTrfTxInf")
    _texts(ET.SubElement(transfer, "PmtId"), InstrId=str(line.seq), EndToEndId=line.biz_no)
    amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = f"{line.amount:.2f}"
    if line.cnaps:
        institution = ET.SubElement(ET.SubElement(transfer, "CdtrAgt"), "FinInstnId")
        _texts(ET.SubElement(institution, "ClrSysMmbId"), MmbId=line.cnaps)
    creditor = ET.SubElement(transfer, "Cdtr")
    _texts(creditor, Nm=line.payee_name)
    if line.id_no:
        person = ET.SubElement(ET.SubElement(creditor, "Id"), "PrvtId")
        _texts(ET.SubElement(person, "Othr"), Id=line.id_no)
    if line.acct_no:
        account = ET.SubElement(ET.SubElement(transfer, "CdtrAcct"), "Id")
        _texts(ET.SubElement(account, "Othr"), Id=line.acct_no)
    _texts(ET.SubElement(transfer, "RmtInf"), Ustrd=line.memo)


def _texts(parent: ET.Element, **children: str) -> None:
    for name, value in children.items():
        ET.SubElement(parent, name).text = value


def return_template(head: FileHead, lines: Sequence[FileLine]) -> bytes:
    """Return the return file for the bank to fill in."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(
        (
            "batch_no",
            "seq",
            "biz_no",
            "result",
            "fail_code",
            "fail_reason",
            "actual_amount",
            "bank_serial",
            "value_date",
        )
    )
    writer.writerows((head.number, line.seq, line.biz_no, "", "", "", f"{line.amount:.2f}", "", "") for line in lines)
    return ("\ufeff" + buffer.getvalue()).encode()
