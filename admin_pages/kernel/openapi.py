"""Read the API's OpenAPI document: the only thing the portal knows of the business."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from backend.kernel.i18n import english


@dataclass(frozen=True, slots=True)
class Operation:
    """One route of a resource, as its document describes it."""

    method: str
    path: str
    summary: str
    explanation: str
    permission: str | None
    query: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    multipart: bool
    answer: dict[str, Any] | None

    @property
    def noun(self) -> str:
        """Return the last part of the path: the name in `allowed_actions`."""
        return self.path.rsplit("/", 1)[-1]


def headline(description: str) -> tuple[str, str]:
    """Split a route's sentence into the words of its button and the explanation behind them."""
    first = description.partition("\n")[0].strip().rstrip("。")
    found = CLAUSE_END.search(first)
    if found is None:
        return first, ""
    rest = first[found.end() :]
    # What stood in brackets stands for itself behind the button's words.
    return first[: found.start()], rest.replace("）", "", 1) if found.group() == "（" else rest


def headline_in_english(sentence: str) -> tuple[str, str]:
    """Split the English of a route's sentence at the same kind of place."""
    whole = sentence.strip().rstrip(".")
    found = ENGLISH_CLAUSE_END.search(whole) or re.search(", ", whole)
    if found is None:
        return whole, ""
    rest = whole[found.end() :].strip()
    rest = rest.replace(")", "", 1) if found.group() == " (" else rest
    return whole[: found.start()].strip(), rest[:1].upper() + rest[1:]


def _teach(document: dict[str, Any]) -> None:
    """Add the English of the buttons: halves of sentences whose English is known as a whole."""
    words = english()
    for operations in document["paths"].values():
        for operation in operations.values():
            sentence = str(operation.get("description", "")).partition("\n")[0]
            if sentence in words:
                said = headline_in_english(words[sentence])
                for half, translated in zip(headline(sentence), said, strict=True):
                    if half:  # a sentence of one part has no second, and nothing must not be said as something
                        words.setdefault(half, translated or words[sentence])


def _words_of(operation: dict[str, Any]) -> str:
    """Return the words of an operation's button: its own summary, else the first clause of its description."""
    summary = str(operation.get("summary", ""))
    # Without one of its own, the framework makes a summary from the function's name.
    return summary if BEYOND_ASCII.search(summary) else headline(operation.get("description") or summary)[0]


BEYOND_ASCII = re.compile("[^\x00-\x7f]")
CLAUSE_END = re.compile("[：；，。（]")
ENGLISH_CLAUSE_END = re.compile(r"[:;]| \(|\. ")


class ApiDocument:
    """The OpenAPI document with its references resolved on demand."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api
        self._document: dict[str, Any] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """Return the document, built once; routes do not change while the process lives."""
        if self._document is None:
            self._document = self._api.openapi()
            _teach(self._document)
        return self._document

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow `$ref` and drop the null branch of an optional field; titles and hints of the field win."""
        outer = {k: v for k, v in schema.items() if k not in {"$ref", "anyOf", "allOf"}}
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            found = self.resolve(self.document["components"]["schemas"][name])
            if found.get("type") == "object" or "enum" in found:
                # A model's or enum's own title is its Python name, never the words for a user.
                found = {k: v for k, v in found.items() if k not in {"title", "description"}}
            return found | outer
        for union in ("anyOf", "allOf"):
            if union in schema:
                branches = [b for b in schema[union] if b.get("type") != "null"]
                nullable = len(branches) < len(schema[union])
                found = self.resolve(branches[0]) if branches else {}
                return found | outer | ({"x-nullable": True} if nullable else {})
        return schema

    def operation(self, method: str, path: str) -> Operation | None:
        """Return one operation, or None when the API does not offer it."""
        found = self.document["paths"].get(path, {}).get(method)
        if found is None:
            return None
        contents = found.get("requestBody", {}).get("content", {})
        body = contents.get("application/json") or contents.get("multipart/form-data") or {}
        answers = [found["responses"][code] for code in ("200", "201", "202") if code in found["responses"]]
        answer = answers[0].get("content", {}).get("application/json", {}) if answers else {}
        return Operation(
            method=method,
            path=path,
            summary=_words_of(found),
            explanation=headline(found.get("description") or "")[1],
            permission=found.get("x-permission"),
            query=tuple(p for p in found.get("parameters", ()) if p["in"] == "query"),
            body=self.resolve(body["schema"]) if body else None,
            multipart="multipart/form-data" in contents,
            answer=self.resolve(answer["schema"]) if answer.get("schema") else None,
        )

    def row_actions(self, resource: str) -> list[Operation]:
        """Every POST to a noun below one row: `/cases/{case_id}/approval`."""
        parts = len(resource.split("/")) + 2
        paths = [p for p in self.document["paths"] if p.startswith(resource + "/{") and not p.endswith("}")]
        found = (self.operation("post", p) for p in paths if len(p.split("/")) == parts)
        return [operation for operation in found if operation]

    def item_path(self, resource: str) -> str | None:
        """Return `/things/{id}` when the API has it."""
        parts = len(resource.split("/")) + 1
        for path in self.document["paths"]:
            if path.startswith(resource + "/{") and path.endswith("}") and len(path.split("/")) == parts:
                return str(path)
        return None

    def row_schema(self, resource: str) -> dict[str, Any]:
        """Return the schema of one row of a list."""
        listing = self.operation("get", resource)
        if listing is None or listing.answer is None:
            raise LookupError(f"the API has no list at {resource}")
        return self.resolve(self.resolve(listing.answer["properties"]["items"])["items"])
