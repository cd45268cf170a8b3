"""Write a package: rows stream from the database into the archive, whatever their number."""

import asyncio
import csv
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.ledger.errors import EmptyYear
from backend.ledger.models import Fund
from backend.ledger.package import form, signing

PART_ROWS = 2_000

# From the first voucher of the year to the last one as they were entered: what was entered between them belongs to
# the chain, whatever year it is dated in.
_SPAN = """SELECT min(sequence) AS first, max(sequence) AS last, count(*) AS vouchers FROM journal
    WHERE fund_id = :fund AND year = :year"""
_EDGE = "SELECT encode(hash, 'hex') FROM journal WHERE fund_id = :fund AND sequence = :at"
_JOURNALS = """SELECT j.fund_id, j.sequence, j.id, j.posting_id, j.division_code, j.organization_id, j.year, j.number,
    j.template, j.occurred_on, j.memo, j.amount, j.line_count, r.sequence, j.created_by,
    (extract(epoch FROM j.created_at) * 1000000)::bigint, p.idempotency_key, encode(p.body_hash, 'hex'), p.created_by,
    encode(j.hash, 'hex') FROM journal j JOIN ledger_posting p ON p.id = j.posting_id
    LEFT JOIN journal r ON r.id = j.reverses_id
    WHERE j.fund_id = :fund AND j.sequence BETWEEN :first AND :last ORDER BY j.sequence"""
_LINES = """SELECT j.sequence, l.line_no, l.account_code, l.debit, l.credit, l.fund_source, l.counter_fund_id,
    l.budget_subject, l.item_code, l.division_code, l.case_ref, l.batch_ref, l.doc_no
    FROM journal j JOIN journal_line l ON l.journal_id = j.id
    WHERE j.fund_id = :fund AND j.sequence BETWEEN :first AND :last ORDER BY j.sequence, l.line_no"""
_ACCOUNTS = "SELECT code, name, side FROM ledger_account ORDER BY code"
_BALANCES = """SELECT l.account_code, l.fund_source,
    coalesce(sum(l.debit - l.credit) FILTER (WHERE j.sequence < :first), 0) AS before,
    coalesce(sum(l.debit) FILTER (WHERE j.sequence >= :first), 0) AS debit,
    coalesce(sum(l.credit) FILTER (WHERE j.sequence >= :first), 0) AS credit
    FROM journal j JOIN journal_line l ON l.journal_id = j.id
    WHERE j.fund_id = :fund AND j.sequence <= :last GROUP BY 1, 2 ORDER BY 1, 2"""


async def write(session: AsyncSession, fund: Fund, year: int) -> Path:
    """Write a book's year to a temporary file, which the caller removes. Raises EmptyYear."""
    values = {"fund": fund.id, "year": year}
    span = (await session.execute(text(_SPAN), values)).one()
    if span.first is None:
        raise EmptyYear(fund=fund.name, year=year)
    values = {"fund": fund.id, "first": span.first, "last": span.last}
    with NamedTemporaryFile(suffix=".zip", delete=False) as file:
        path = Path(file.name)
    members: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns, statement in (
            (form.JOURNALS, form.JOURNAL_COLUMNS, _JOURNALS),
            (form.LINES, form.LINE_COLUMNS, _LINES),
            (form.BALANCES, ("account_code", "fund_source", "before", "debit", "credit"), _BALANCES),
            (form.ACCOUNTS, ("code", "name", "side"), _ACCOUNTS),
        ):
            parts = _rows(session, statement, {n: v for n, v in values.items() if f":{n}" in statement})
            members[name] = await _table(archive, name, columns, parts)
        key = signing.public_key()
        manifest = {
            "format": form.FORMAT,
            "fund": {"id": fund.id, "code": fund.code, "name": fund.name},
            "year": year,
            "vouchers_of_the_year": span.vouchers,
            "first_sequence": span.first,
            "last_sequence": span.last,
            "previous_hash": await _hash_at(session, fund, span.first - 1),
            "head_hash": await _hash_at(session, fund, span.last),
            "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "public_key": key.hex(),
            "members": members,
        }
        content = form.canonical(manifest)
        archive.writestr(form.MANIFEST, content)
        archive.writestr(form.SIGNATURE, signing.sign(content))
    return path


async def _hash_at(session: AsyncSession, fund: Fund, sequence: int) -> str:
    if sequence == 0:
        return form.first_hash(str(fund.id))
    return str(await session.scalar(text(_EDGE), {"fund": fund.id, "at": sequence}))


async def _rows(session: AsyncSession, statement: str, values: dict[str, Any]) -> AsyncIterator[Sequence[Row[Any]]]:
    result = await session.stream(text(statement), values)
    async for part in result.partitions(PART_ROWS):
        yield part


async def _table(
    archive: zipfile.ZipFile, name: str, columns: Sequence[str], parts: AsyncIterator[Sequence[Sequence[Any]]]
) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:

        def put(rows: Sequence[Sequence[Any]]) -> None:
            lines = io.StringIO()
            csv.writer(lines, lineterminator="\n").writerows(rows)
            content = lines.getvalue().encode()
            digest.update(content)
            member.write(content)

        put([columns])
        async for rows in parts:
            # Packing takes the processor; other requests go on meanwhile.
            await asyncio.to_thread(put, rows)
            count += len(rows)
    return {"rows": count, "sha256": digest.hexdigest()}
