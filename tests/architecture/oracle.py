"""What should be allowed, read from the tables people review and not from the code under test."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from backend.kernel.config import settings

POLICIES = Path(__file__).parent.parent.parent / "policies"
ABSENT_ID = 4_611_686_018_427_387_904
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path of the API's document."""

    method: str
    path: str
    spec: dict

    @property
    def permission(self) -> str | None:
        return self.spec.get("x-permission")

    @property
    def marks(self) -> list[str]:
        return [mark for mark in ("x-permission", "x-public", "x-signed-in") if mark in self.spec]

    @property
    def has_required_query(self) -> bool:
        return any(p["in"] in {"query", "header"} and p.get("required") for p in self.spec.get("parameters", ()))

    def url(self, row_id: object = ABSENT_ID) -> str:
        """Fill the path: numbers with the id, texts with something well formed that does not exist."""
        url = self.path
        for parameter in self.spec.get("parameters", ()):
            if parameter["in"] == "path":
                is_number = parameter["schema"].get("type") == "integer"
                value = row_id if is_number else "371623999" if parameter["name"] == "code" else "absent"
                url = url.replace("{" + parameter["name"] + "}", str(value))
        return url

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def operations(document: dict) -> list[Operation]:
    """Return everything the document offers."""
    return [
        Operation(method, path, spec)
        for path, methods in document["paths"].items()
        for method, spec in methods.items()
        if method in METHODS
    ]


def rows(name: str) -> list[dict[str, str]]:
    with (POLICIES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def granted() -> set[tuple[str, str]]:
    """Return (role, permission) of every line of the table."""
    lines = (POLICIES / "permissions.csv").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split(",")] for line in lines if line.startswith("p")]
    return {(role, f"{resource}:{action}") for _, role, resource, action in cells}


def scopes() -> dict[str, str]:
    """Return by what each role's rights are bounded."""
    return {row["code"]: row["scope"] for row in rows("roles.csv")}


def accounts() -> dict[str, dict]:
    """Return one demo account of each role, by role; towns other than 109 come as `role@code`."""
    listed = json.loads((settings().home / "demo-accounts.json").read_text("utf-8"))
    found: dict[str, dict] = {}
    for account in listed:
        role = account["roles"][0]
        found.setdefault(role, account)
        if account["division_code"].startswith("371623001"):
            found[f"{role}@371623001"] = account
    return found


def example(schema: dict, document: dict, depth: int = 0) -> object:
    """Return the least value that fits a schema, so that a request is refused for its place and not for its form."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document, depth)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return example(schema[key][0], document, depth)
    if "const" in schema or "enum" in schema or "default" in schema:
        return schema.get("const", (schema.get("enum") or [schema.get("default")])[0])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", ()) if depth < 6 else ()
            return {name: example(schema["properties"][name], document, depth + 1) for name in wanted}
        case "array":
            count = schema.get("minItems", 0)
            return [example(schema.get("items", {}), document, depth + 1) for _ in range(count)]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "string":
            return _text(schema)
    return None


def _text(schema: dict) -> str:
    formats = {"date": "2026-11-01", "date-time": "2026-11-01T08:00:00+08:00"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    pattern = schema.get("pattern", "")
    if "d{6}" in pattern:
        return "371623109"
    if "d" in pattern:
        return "1"
    return "试" * max(schema.get("minLength", 1), 1)
