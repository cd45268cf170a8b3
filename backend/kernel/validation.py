"""What pydantic refuses, in the user's language and beside the field it is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.kernel.i18n import say

SENTENCES = {
    "missing": "必须填写",
    "string_too_short": "至少需要 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_type": "应为文字",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数，不能带小数",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字，例如 1356.00",
    "decimal_max_places": "最多 {decimal_places} 位小数",
    "decimal_max_digits": "数字太大，最多 {max_digits} 位",
    "decimal_whole_digits": "数字太大，整数部分最多 {whole_digits} 位",
    "finite_number": "应为有限的数字",
    "bool_parsing": "应为是或否",
    "bool_type": "应为是或否",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "date_from_datetime_parsing": "日期不正确，应为 2026-11-23 这样的格式",
    "date_parsing": "日期不正确，应为 2026-11-23 这样的格式",
    "date_type": "日期不正确，应为 2026-11-23 这样的格式",
    "date_from_datetime_inexact": "日期不正确，应为 2026-11-23 这样的格式",
    "datetime_parsing": "时间不正确，应为 2026-11-23T09:00:00+08:00 这样的格式",
    "datetime_from_date_parsing": "时间不正确，应为 2026-11-23T09:00:00+08:00 这样的格式",
    "timezone_aware": "时间必须带时区，例如 +08:00",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "extra_forbidden": "不认识的项目，请删除",
    "json_invalid": "内容不是有效的 JSON",
    "list_type": "应为列表",
    "dict_type": "应为一组内容",
    "model_attributes_type": "应为一组内容",
    "too_short": "至少需要 {min_length} 项",
    "too_long": "最多 {max_length} 项",
}


def faults_in_words(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return `{"field","message"}` for each fault; the field is the dotted way to it, as forms name it."""
    return [{"field": _field(fault), "message": _sentence(fault)} for fault in errors]


def _field(fault: Mapping[str, Any]) -> str:
    places = [str(part) for part in fault["loc"] if part not in {"body", "query", "path", "header", "cookie"}]
    return ".".join(places) or "body"


def _sentence(fault: Mapping[str, Any]) -> str:
    context = fault.get("ctx") or {}
    if fault["type"] in {"value_error", "assertion_error"} and "error" in context:
        return say(str(context["error"]))
    if fault["type"] == "refused" and "sentence" in context:
        return str(context["sentence"])
    template = SENTENCES.get(fault["type"])
    if template is None:
        return say("内容不正确")
    try:
        return say(template, **context)
    except (KeyError, IndexError):
        return say("内容不正确")
