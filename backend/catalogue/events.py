"""What the catalogue announces."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ParameterChanged:
    """A number was approved and holds from a day on."""

    code: str
    division_code: str
    residence: str | None
    value: Decimal
    valid_from: date


@dataclass(frozen=True, slots=True)
class ProjectPublished:
    """A version of a project was published and holds from a day on."""

    project_code: str
    version_id: int
    valid_from: date
