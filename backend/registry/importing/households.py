"""Put the lines of a roster together to households: a household is taken or left as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from backend.registry.importing.cells import Entry, LineReader, Villages
from backend.registry.importing.reading import Sheet, as_text

BATCH_ROWS = 3_000
# Half of a household would have a wrong income per head, so it waits for its faulty member.
WAITS = "本行无误，但同户其他成员有误，整户未导入"
Fault = tuple[int, str | None, str]


@dataclass(slots=True)
class Batch:
    """Households whose last line has been read: those in order, and what is wrong with the others."""

    homes: dict[int, list[Entry]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    rejected: int = 0

    def refuse(self, home: int, faults: list[Fault]) -> None:
        """Leave a household out after all, with the reason."""
        entries = self.homes.pop(home)
        said = {line for line, _, _ in faults}
        self.faults += faults
        self.faults += [(entry.line, None, WAITS) for entry in entries if entry.line not in said]
        self.rejected += len(entries)


def read_households(sheet: Sheet, villages: Villages) -> Iterator[Batch]:
    """Yield the roster's households in batches, bounded in memory whatever the size of the file."""
    reader, last = LineReader(sheet.places, villages), _last_lines(sheet)
    pending: dict[str, list[Entry]] = {}
    numbers: dict[bytes, int] = {}
    batch, home = Batch(), 0
    for line, row in enumerate(islice(sheet.rows(), sheet.header + 1, None), sheet.header + 2):
        entry = reader.read(line, row)
        if entry is None:
            continue
        batch.rows += 1
        _once(entry, numbers)
        if not entry.key:
            batch.faults += [(line, name, sentence) for name, sentence in entry.faults]
            batch.rejected += 1
        else:
            pending.setdefault(entry.key, []).append(entry)
            if line >= last[entry.key]:
                home += 1
                _close(batch, home, pending.pop(entry.key))
        if batch.rows >= BATCH_ROWS:
            yield batch
            batch = Batch()
    # A last line of blanks is no line: what still waits for it is complete.
    for entries in pending.values():
        home += 1
        _close(batch, home, entries)
    yield batch


def _last_lines(sheet: Sheet) -> dict[str, int]:
    """Find where each household ends, so that none is judged before all of it is read."""
    place = next(place for place, name in sheet.places.items() if name == "household_key")
    last: dict[str, int] = {}
    key = ""
    for line, row in enumerate(islice(sheet.rows(), sheet.header + 1, None), sheet.header + 2):
        cell: Any = row[place] if place < len(row) else ""
        key = as_text(cell) or key
        if any(row[at] not in ("", None) for at in sheet.places if at < len(row)):
            last[key] = line
    return last


def _once(entry: Entry, numbers: dict[bytes, int]) -> None:
    index = entry.values.get("number_index")
    if index is not None and (first := numbers.setdefault(index, entry.line)) != entry.line:
        entry.faults.append(("id_number", f"证件号码与第{first}行重复，请核对"))


def _close(batch: Batch, home: int, entries: list[Entry]) -> None:
    first = entries[0]
    heads = sum(entry.values.get("relation") == "head" for entry in entries)
    if heads != 1 and not any(name == "relation" for entry in entries for name, _ in entry.faults):
        sentence = f"家庭序号“{first.key[:30]}”有{heads}名户主，每户应有且只有一名"
        first.faults.append(("relation", sentence))
    for entry in entries[1:]:
        if entry.values.get("village") != first.values.get("village") and entry.values.get("village"):
            entry.faults.append(("household_key", "同一家庭序号的成员填了不同的村居，请核对"))
    batch.homes[home] = entries
    faults = [(entry.line, name, sentence) for entry in entries for name, sentence in entry.faults]
    if faults:
        batch.refuse(home, faults)
