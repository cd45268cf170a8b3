"""Where in a definition a fault stands, in the words of its form: `path.3.roles` is 流程 第4项 · 办理角色."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from backend.catalogue.content_schema import ProjectDefinition
from backend.kernel.i18n import say

Schema = Mapping[str, Any]


@cache
def _schema() -> Schema:
    return ProjectDefinition.model_json_schema()


def _resolved(schema: Schema) -> Schema:
    """Follow a reference and the first branch of an optional field; the field's own title wins."""
    title = {"title": schema["title"]} if "title" in schema and "$ref" not in schema else {}
    if "$ref" in schema:
        return _resolved(_schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in schema:
        return {**_resolved(schema["anyOf"][0]), **title}
    return schema


def place_of(field: str, definition: Mapping[str, Any] | None = None) -> str:
    """Say a dotted way in words; a part of a list is called by its own name where the definition gives it one."""
    keys = field.split(".")
    if keys[0] == "rule":
        return say("条件 {path}", path=".".join(keys[1:])) if keys[1:] else say("条件")
    schema: Schema = _schema()
    value: Any = definition
    words: list[str] = []
    for key in keys:
        if key.isdecimal():
            value = value[int(key)] if isinstance(value, list) and int(key) < len(value) else None
            words.append(say("第 {number} 项", number=str(int(key) + 1)) + _called(value))
            schema = _resolved(schema.get("items", {}))
            continue
        raw = schema.get("properties", {}).get(key, {})
        if raw.get("title"):
            words.append(say(raw["title"]))
        schema = _resolved(raw)
        value = value.get(key) if isinstance(value, dict) else None
    return " · ".join(words) or field


def _called(value: Any) -> str:
    name = (value.get("name") or value.get("label")) if isinstance(value, dict) else None
    return f"“{name}”" if isinstance(name, str) else ""
