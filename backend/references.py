"""Which fields stand for a record of another resource: said once, so that every list, sheet and filter shows names."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

RESOURCES: dict[str, tuple[str, ...]] = {
    "divisions": ("division_code", "parent_code", "below", "hukou_division"),
    "projects": ("project_code", "project_codes", "other_project_code", "exclusions"),
    "funds": ("fund_id",),
    "households": ("household_id",),
    "persons": ("person_id",),
    "cases": ("case_id",),
    "organizations": ("organization_id",),
    "users": ("user_id",),
    "payment-batches": ("batch_id",),
    "posting-templates": ("template",),
    "bank-accounts": ("bank_account_id",),
}
OPTIONS = {name: f"/api/v1/{resource}/options" for resource, names in RESOURCES.items() for name in names}


def complete(document: Json) -> Json:
    """Name the picker (`x-options`) of every field that refers to a record, and the right that the picker needs."""
    for name, field in _fields(document):
        bare = field.get("type") in {"string", "integer"} or "anyOf" in field or field.get("type") == "array"
        if name in OPTIONS and bare and not {"x-labels", "x-options", "x-hidden"} & set(field):
            field["x-options"] = OPTIONS[name]
        permission = _permission(document, field.get("x-options"))
        if permission:
            field["x-options-permission"] = permission
    return document


def _fields(document: Json) -> Iterator[tuple[str, Json]]:
    for schema in document.get("components", {}).get("schemas", {}).values():
        yield from schema.get("properties", {}).items()
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    yield parameter["name"], parameter["schema"]


def _permission(document: Json, options: str | None) -> str | None:
    found: str | None = document["paths"].get(options, {}).get("get", {}).get("x-permission") if options else None
    return found
