"""Enums that carry the words people read."""

from enum import StrEnum
from typing import Any, Self

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema
from sqlalchemy import Text, TypeDecorator
from sqlalchemy.engine import Dialect


class LabelledEnum(StrEnum):
    """`MEMBER = "stored_value", "显示文字"`: one source for API, page and report."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Keep the value as the string itself and hang the label on it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Stored value → words, as the API's document publishes them."""
        return {member.value: member.label for member in cls}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Publish the words beside the values, so that every client can show them."""
        return {**handler(core_schema), "x-labels": cls.labels()}


def permission_labels() -> dict[str, str]:
    """Return the words of every right that any domain declares (`resource:action` enums)."""
    found: dict[str, str] = {}
    for enum in LabelledEnum.__subclasses__():
        found |= {value: label for value, label in enum.labels().items() if ":" in value}
    return found


class EnumText(TypeDecorator[Any]):
    """Store the value as plain text that a database administrator can read."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[LabelledEnum]) -> None:
        self.enum = enum
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Refuse a value outside the list instead of storing it."""
        del dialect
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> LabelledEnum | None:
        """Give the member back."""
        del dialect
        return None if value is None else self.enum(value)


def enum_column(enum: type[LabelledEnum]) -> Any:
    """Return the column type; use as `Field(sa_type=enum_column(X))`."""
    return EnumText(enum)
