"""Which fields of a row stand for a record elsewhere, and which list has its name: an export says what a page shows."""

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel

from backend.kernel.listing.definition import Listing

# Address of a picker → the list behind it; filled as resources register their routes.
PICKERS: dict[str, Listing] = {}
# Field → picker, for fields whose schema names none; set once by whoever knows all resources.
_FIELDS: dict[str, str] = {}


def know(fields: Mapping[str, str]) -> None:
    """Take in which field names stand for which resource everywhere."""
    _FIELDS.update(fields)


@cache
def pickers_of(model: type[BaseModel]) -> dict[str, Listing]:
    """Return the list that names the values of each such field of a row."""
    found = {}
    for name, field in model.model_json_schema(mode="serialization")["properties"].items():
        if "x-labels" in field or field.get("x-hidden"):
            continue
        listing = PICKERS.get(field.get("x-options") or _FIELDS.get(name, ""))
        if listing is not None:
            found[name] = listing
    return found
