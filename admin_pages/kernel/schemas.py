"""A JSON schema with its own definitions, read as forms read the API's document."""

from typing import Any

from admin_pages.kernel.openapi import ApiDocument


class SchemaDocument(ApiDocument):
    """Resolves `$defs` of one schema that an answer of the API carries."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._document = {"components": {"schemas": schema.get("$defs", {})}, "paths": {}}
        self.schema = schema
