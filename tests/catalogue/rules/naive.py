"""An independent, slow and plain evaluator of rules and formulas: what the SQL is compared with.

It reads the condition builder's JSON itself and shares no code with the compiler. Unknown is None.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

Row = Mapping[str, Any]
Three = bool | None


def both(answers: Sequence[Three]) -> Three:
    if any(a is False for a in answers):
        return False
    return None if any(a is None for a in answers) else True


def either(answers: Sequence[Three]) -> Three:
    return opposite(both([opposite(a) for a in answers]))


def opposite(answer: Three) -> Three:
    return None if answer is None else not answer


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "select_equals": lambda a, b: a == b,
    "select_not_equals": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "less_or_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_or_equal": lambda a, b: a >= b,
    "starts_with": lambda a, b: a.startswith(b),
}


def compare(op: str, left: Any, right: Any) -> Three:
    return None if left is None or right is None else COMPARE[op](left, right)


def decide(node: Any, household: Row, members: Sequence[Row], member: Row | None = None) -> Three:
    """Answer a tree for a household, or for one of its members."""
    if "children" not in node:
        return leaf(node, household, members, member)
    if "members" in node:
        plain = {k: v for k, v in node.items() if k not in ("members", "not")}
        answers = [decide(plain, household, members, m) for m in members]
        answer = quantify(node["members"], answers)
    else:
        answers = [decide(child, household, members, member) for child in node["children"]]
        answer = either(answers) if node["conjunction"] == "or" else both(answers)
    return opposite(answer) if node.get("not") else answer


def quantify(members: Any, answers: list[Three]) -> Three:
    if not answers:
        return None
    yes, maybe = answers.count(True), answers.count(True) + answers.count(None)
    if members == "all":
        return both(answers)
    if members == "any":
        return either(answers)
    if members == "none":
        return opposite(either(answers))
    if "at_least" in members:
        n = members["at_least"]
        return True if yes >= n else False if maybe < n else None
    n = members["at_most"]
    return False if yes > n else True if maybe <= n else None


def leaf(node: Any, household: Row, members: Sequence[Row], member: Row | None) -> Three:
    def value(name: str) -> Any:
        return member[name] if member is not None and name in member else household[name]

    def side(right: Any) -> Any:
        if isinstance(right, dict) and right["type"] == "field":
            return value(right["field"])
        if isinstance(right, dict):
            return right["compute"](household, members, member)
        return Decimal(right) if isinstance(right, int) and not isinstance(right, bool) else right

    left, op, right = value(node["left"]["field"]), node["op"], node.get("right")
    match op:
        case "is_empty":
            return left is None
        case "is_not_empty":
            return left is not None
        case "between" | "not_between":
            low, high = (side(bound) for bound in right)
            inside = both([compare("greater_or_equal", left, low), compare("less_or_equal", left, high)])
            return inside if op == "between" else opposite(inside)
        case "select_any_in" | "select_not_any_in":
            found = either([compare("equal", left, side(one)) for one in right])
            return found if op == "select_any_in" else opposite(found)
    return compare(op, left, side(right))


def compute(node: Any, household: Row, members: Sequence[Row], member: Row | None = None) -> Any:
    """Compute a formula given as nested tuples, the first of which names the operation."""
    kind, *parts = node

    def at(part: Any) -> Any:
        return compute(part, household, members, member)

    match kind:
        case "number":
            return parts[0]
        case "word":
            name = parts[0]
            return member[name] if member is not None and name in member else household[name]
        case "and" | "or":
            return (both if kind == "and" else either)([at(p) for p in parts])
        case "not":
            return opposite(at(parts[0]))
        case "if":
            condition = at(parts[0])
            return None if condition is None else at(parts[1] if condition else parts[2])
        case "if_unknown":
            first = at(parts[0])
            return at(parts[1]) if first is None else first
        case "sum_members" | "count_members" | "max_members":
            return over_members(kind, parts, household, members)
    values = [at(part) for part in parts]
    if kind == "brackets":
        return brackets(values)
    if kind == "band":
        return band(values)
    if any(v is None for v in values):
        return None
    return SIMPLE[kind](*values)


def band(values: list[Any]) -> Any:
    of, *rest = values
    limits = rest[:-1:2]
    if of is None or None in limits:
        return None
    for limit, value in zip(limits, rest[1::2], strict=False):
        if of < limit:
            return value
    return rest[-1]


def brackets(values: list[Any]) -> Any:
    if None in values:
        return None
    of, *rest = values
    total, below = Decimal(0), Decimal(0)
    for limit, rate in zip(rest[:-1:2], rest[1::2], strict=False):
        total += max(min(of, limit) - below, Decimal(0)) * rate
        below = limit
    return total + max(of - below, Decimal(0)) * rest[-1]


def over_members(kind: str, parts: Sequence[Any], household: Row, members: Sequence[Row]) -> Any:
    if not members:
        return None
    found = []
    for member in members:
        condition = compute(parts[0], household, members, member)
        if condition is False:
            continue
        value = compute(parts[1], household, members, member) if len(parts) > 1 else Decimal(1)
        if condition is None or value is None:
            return None
        found.append(value)
    if kind == "max_members":
        return max(found, default=Decimal(0))
    return sum(found, Decimal(0))


def to_unit(value: Decimal, unit: Decimal, how: str) -> Any:
    return None if unit == 0 else (value / unit).quantize(Decimal(1), how) * unit


SIMPLE: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "negative": lambda a: -a,
    "max": max,
    "min": min,
    "cap": min,
    "at_least": max,
    "ceil": lambda a: Decimal(math.ceil(a)),
    "floor": lambda a: Decimal(math.floor(a)),
    "round": lambda a: a.quantize(Decimal(1), ROUND_HALF_UP),
    "ceil_to": lambda a, unit: to_unit(a, unit, ROUND_CEILING),
    "floor_to": lambda a, unit: to_unit(a, unit, ROUND_FLOOR),
    "nullif": lambda a, b: None if a == b else a,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def written(node: Any, label: Callable[[str], str]) -> str:
    """Write a formula given as tuples in the language of formulas; fully bracketed."""
    kind, *parts = node
    match kind:
        case "number":
            return f"{parts[0]:f}"
        case "word":
            return label(parts[0])
        case "not":
            return f"(not {written(parts[0], label)})"
        case "negative":
            return f"(-{written(parts[0], label)})"
        case "and" | "or" | "+" | "-" | "*" | "/" | "<" | "<=" | ">" | ">=" | "=" | "!=":
            return f"({written(parts[0], label)} {kind} {written(parts[1], label)})"
        case "band" | "brackets":
            of, *rest = (written(part, label) for part in parts)
            rows = [f"{limit}: {value}" for limit, value in zip(rest[:-1:2], rest[1::2], strict=False)]
            return f"{kind}({', '.join([of, *rows, rest[-1]])})"
    return f"{kind}({', '.join(written(part, label) for part in parts)})"
