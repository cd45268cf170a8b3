"""What a package consists of, and how a voucher is spelled where its hash is taken (`ledger_journal_hash`)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
JOURNALS, LINES, ACCOUNTS, BALANCES = "journals.csv", "lines.csv", "accounts.csv", "balances.csv"
JOURNAL_COLUMNS = (
    "fund_id", "sequence", "id", "posting_id", "division_code", "organization_id", "year", "number", "template",
    "occurred_on", "memo", "amount", "line_count", "reverses_sequence", "created_by", "created_at_us", "posting_key",
    "posting_body", "posting_by", "hash",
)  # fmt: skip
LINE_COLUMNS = (
    "sequence", "line_no", "account_code", "debit", "credit", "fund_source", "counter_fund_id", "budget_subject",
    "item_code", "division_code", "case_ref", "batch_ref", "doc_no",
)  # fmt: skip
_NUMBERS = frozenset({
    "fund_id", "sequence", "id", "posting_id", "organization_id", "year", "number", "amount", "line_count",
    "reverses_sequence", "created_by", "created_at_us", "posting_by", "line_no", "debit", "credit", "counter_fund_id",
})  # fmt: skip


def first_hash(fund_id: str) -> str:
    """Return where a book's chain begins."""
    return hashlib.sha256(f"ledger fund {fund_id}".encode()).hexdigest()


def journal_hash(previous: str, journal: Mapping[str, str], lines: Iterable[Mapping[str, str]]) -> str:
    """Return the hash of a voucher, given the one before it and its cells as text; an empty cell is null."""
    said = _array(journal, JOURNAL_COLUMNS[:-1])
    of_lines = "\n".join(_array(line, LINE_COLUMNS[1:]) for line in lines)
    return hashlib.sha256(bytes.fromhex(previous) + (said + of_lines).encode()).hexdigest()


def _array(row: Mapping[str, str], names: Iterable[str]) -> str:
    return "[" + ", ".join(_cell(name, row[name]) for name in names) + "]"


def _cell(name: str, text: str) -> str:
    if text == "":
        return "null"
    return text if name in _NUMBERS else json.dumps(text, ensure_ascii=False)


def canonical(manifest: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
