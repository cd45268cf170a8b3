"""Read a bank's statement, whatever its format, into one shape; nothing is decided about the book here."""

from datetime import date
from typing import Any

from backend.kernel.refusals import Refused
from backend.kernel.tabular import decode
from backend.reconciliation.errors import UnreadableStatement
from backend.reconciliation.models import StatementFormat
from backend.reconciliation.reading import camt053, mt940, tables
from backend.reconciliation.reading.shape import Faulty, ReadStatement

__all__ = ["ReadStatement", "read"]


def read(content: bytes, template: dict[str, Any], to_date: date | None) -> ReadStatement:
    """Read by content, not by name. Raises UnreadableStatement, naming the place."""
    try:
        found = _read(content, template, to_date)
        found.prove()
    except Faulty as fault:
        raise UnreadableStatement(reason=str(fault)) from None
    except Refused as fault:
        raise UnreadableStatement(reason=fault.said()) from None
    return found


def _read(content: bytes, template: dict[str, Any], to_date: date | None) -> ReadStatement:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    match _format(start):
        case StatementFormat.CAMT053:
            return camt053.read(content)
        case StatementFormat.MT940:
            return mt940.read(decode(content))
    return tables.read(content, template, to_date)


def _format(start: bytes) -> StatementFormat:
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return StatementFormat.CAMT053
    if start.startswith((b":20:", b"{1:")):
        return StatementFormat.MT940
    return StatementFormat.TABLE
