"""What can be known about a formula without any data: its value, whether it can be zero, and when it is unknown."""

from decimal import Decimal, DivisionByZero, InvalidOperation

from backend.catalogue.rules.formula.nodes import Arithmetic, Bands, Call, Members, Name, Negate, Node, Number

_HIGHEST = frozenset(("max", "at_least"))
_LOWEST = frozenset(("min", "cap"))
_ROUNDED = frozenset(("ceil", "floor", "round", "ceil_to", "floor_to"))


def constant(node: Node) -> Decimal | None:
    """Return the value of a part without facts, or None."""
    match node:
        case Number(value=value):
            return value
        case Negate(value=value):
            inner = constant(value)
            return None if inner is None else -inner
        case Arithmetic(operator=operator, left=left, right=right):
            one, other = constant(left), constant(right)
            return None if one is None or other is None else _computed(operator, one, other)
    return None


def _computed(operator: str, one: Decimal, other: Decimal) -> Decimal | None:
    try:
        match operator:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
        return one / other
    except (DivisionByZero, InvalidOperation):
        return None


def is_positive(node: Node) -> bool:
    """Tell whether a part is above zero whenever it is known."""
    value = constant(node)
    if value is not None:
        return value > 0
    match node:
        case Name(word=word):
            return word.positive
        case Arithmetic(operator="+" | "*" | "/", left=left, right=right):
            return is_positive(left) and is_positive(right)
        case Call(function=function, arguments=arguments):
            return _call_is_positive(function, arguments)
        case Bands(function="band", rows=rows, beyond=beyond):
            return all(is_positive(value) for _, value in rows) and is_positive(beyond)
    return False


def _call_is_positive(function: str, arguments: tuple[Node, ...]) -> bool:
    if function in _HIGHEST:
        return any(is_positive(part) for part in arguments)
    if function in _LOWEST or function == "if_unknown":
        return all(is_positive(part) for part in arguments)
    if function == "if":
        return all(is_positive(part) for part in arguments[1:])
    return function in ("ceil", "ceil_to") and is_positive(arguments[0])


def is_safe_divisor(node: Node) -> bool:
    """Tell whether a part is unknown or not zero, whatever the facts are."""
    value = constant(node)
    if value is not None:
        return value != 0
    match node:
        case Call(function="nullif", arguments=(_, second)):
            return constant(second) == 0
        case Negate(value=inner):
            return is_safe_divisor(inner)
        case Arithmetic(operator="*" | "/", left=left, right=right):
            return is_safe_divisor(left) and is_safe_divisor(right)
    return is_positive(node)


def unknown_with(node: Node) -> tuple[Node, ...] | None:  # noqa: PLR0911 - a line per kind of node
    """Return the facts with which this part is unknown (and only with them), or None if that is not so simple."""
    match node:
        case Number():
            return ()
        case Name() | Members():
            return (node,)
        case Negate(value=value):
            return unknown_with(value)
        case Arithmetic(operator="+" | "-" | "*", left=left, right=right):
            return _together((left, right))
        case Arithmetic(operator="/", left=left, right=right) if constant(right):
            return unknown_with(left)
        case Call(function=function, arguments=(first, *rest)) if function in _ROUNDED:
            return unknown_with(first) if all(constant(part) for part in rest) else None
        case Call(function=function, arguments=arguments) if function in _HIGHEST | _LOWEST:
            return _together(arguments)
    return None


def _together(parts: tuple[Node, ...]) -> tuple[Node, ...] | None:
    found = [unknown_with(part) for part in parts]
    if any(one is None for one in found):
        return None
    return tuple(dict.fromkeys(node for one in found if one is not None for node in one))
