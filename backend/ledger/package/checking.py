"""Check a package with nothing but the file: signature, digests, chain, every voucher, sums of the accounts."""

import csv
import hashlib
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from backend.ledger.package import form, signing

Row = dict[str, str]
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: whose year it is, who signed it, and the first thing that does not fit."""

    ok: bool
    fault: str | None = None
    fund: str = ""
    year: int = 0
    vouchers: int = 0
    head_hash: str = ""
    fingerprint: str = ""


class _Fault(Exception):
    """The first thing that does not fit, as a sentence."""


def check(path: Path, expected_fingerprint: str | None = None) -> Checked:
    """Return whether a package is what its signer wrote. Never raises for a bad file: the fault is a sentence."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, expected_fingerprint)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as fault:
        return Checked(ok=False, fault=f"文件不是完整的账簿数据包：{fault}")


def _check(archive: zipfile.ZipFile, expected: str | None) -> Checked:
    content = archive.read(form.MANIFEST)
    manifest = json.loads(content)
    if not isinstance(manifest, dict) or manifest.get("format") != form.FORMAT:
        return Checked(ok=False, fault="数据包的格式版本无法识别，请用写出它的同一版本校验")
    key = bytes.fromhex(manifest["public_key"])
    known = {
        "fund": f"{manifest['fund']['code']} {manifest['fund']['name']}",
        "year": manifest["year"],
        "vouchers": manifest["members"][form.JOURNALS]["rows"],
        "head_hash": manifest["head_hash"],
        "fingerprint": signing.fingerprint(key),
    }
    try:
        _hold(archive, content, manifest, expected)
    except _Fault as fault:
        return Checked(ok=False, fault=str(fault), **known)
    return Checked(ok=True, **known)


def _hold(archive: zipfile.ZipFile, content: bytes, manifest: dict[str, Any], expected: str | None) -> None:
    key = bytes.fromhex(manifest["public_key"])
    if not signing.is_signed(content, archive.read(form.SIGNATURE), key):
        raise _Fault("签名不符：清单被改动过，或不是由所附公钥签署")
    if expected is not None and expected != signing.fingerprint(key):
        raise _Fault(f"签署人不符：应为 {expected}，实为 {signing.fingerprint(key)}")
    for name, facts in manifest["members"].items():
        if _digest(archive, name) != facts["sha256"]:
            raise _Fault(f"“{name}”的内容与清单中的摘要不符")
    _walk(archive, manifest)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    with archive.open(name) as member, io.TextIOWrapper(member, "utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _walk(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Follow the chain voucher by voucher."""
    previous, expected = manifest["previous_hash"], manifest["first_sequence"]
    moved: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    lines_of = groupby(_rows(archive, form.LINES), key=lambda row: row["sequence"])
    for journal in _rows(archive, form.JOURNALS):
        named = f"第 {journal['number']} 号凭证（{journal['year']} 年，账套内序号 {journal['sequence']}）"
        sequence, lines = next(((s, list(of)) for s, of in lines_of), ("", []))
        if journal["sequence"] != str(expected) or sequence != journal["sequence"]:
            raise _Fault(f"{named}：序号不连续或缺少分录")
        _require_balance(named, journal, lines, moved)
        if form.journal_hash(previous, journal, lines) != journal["hash"]:
            raise _Fault(f"{named}：内容与其摘要不符，或与前一张凭证接不上")
        previous, expected = journal["hash"], expected + 1
    if previous != manifest["head_hash"] or expected != manifest["last_sequence"] + 1:
        raise _Fault("最后一张凭证与清单登记的链尾不符")
    for row in _rows(archive, form.BALANCES):
        debit, credit = moved.pop((row["account_code"], row["fund_source"]), [Decimal(0), Decimal(0)])
        if (debit, credit) != (Decimal(row["debit"]), Decimal(row["credit"])):
            raise _Fault(f"科目 {row['account_code']} 的发生额与分录合计不符")
    if moved:
        raise _Fault(f"科目 {next(iter(moved))[0]} 有分录而没有发生额")


def _require_balance(named: str, journal: Row, lines: list[Row], moved: dict[tuple[str, str], list[Decimal]]) -> None:
    uneven: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        debit, credit = Decimal(line["debit"]), Decimal(line["credit"])
        uneven[line["fund_source"]] += debit - credit
        sums = moved[line["account_code"], line["fund_source"]]
        sums[0], sums[1] = sums[0] + debit, sums[1] + credit
    if len(lines) != int(journal["line_count"]) or any(uneven.values()):
        raise _Fault(f"{named}：分录不完整或借贷不平")
