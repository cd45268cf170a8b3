"""Who is acting, where, and what they may reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.kernel.errors import NotPermitted, NotPermittedThere
from backend.kernel.i18n import say
from backend.kernel.labels import LabelledEnum


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a right holds: areas by code prefix, own organisation, own department's items. Empty is nowhere."""

    prefixes: tuple[str, ...] = ()
    organizations: tuple[int, ...] = ()
    departments: tuple[str, ...] = ()

    def covers(self, division_code: str | None) -> bool:
        """Tell whether a division lies in one of the areas."""
        return division_code is not None and any(division_code.startswith(prefix) for prefix in self.prefixes)

    def outline(self) -> "Reach":
        """Return the same reach without its values: all that the text of a statement depends on."""
        return Reach(("",) * len(self.prefixes), (0,) if self.organizations else (), ("",) if self.departments else ())


NOWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person with the rights of their posts, compiled once."""

    user_id: int
    username: str
    name: str
    session_id: str = ""
    division_code: str | None = None
    organization_id: int | None = None
    department: str | None = None
    roles: tuple[str, ...] = ()
    rights: Mapping[str, Reach] = field(default_factory=dict)

    def reach(self, permission: StrEnum | str) -> Reach:
        """Return where this right holds; nowhere when it was never granted."""
        return self.rights.get(str(permission), NOWHERE)

    def may(self, permission: StrEnum | str, division_code: str | None = None) -> bool:
        """Tell whether the right is held at all, or in this division when one is named."""
        reach = self.rights.get(str(permission))
        if reach is None or reach == NOWHERE:
            return False
        return division_code is None or reach.covers(division_code) or not reach.prefixes

    def require(self, permission: StrEnum | str, division_code: str | None = None) -> None:
        """Raise NotPermitted, naming in words the right that is missing altogether or in this division."""
        if not self.may(permission, division_code):
            label = permission.label if isinstance(permission, LabelledEnum) else str(permission)
            refusal = NotPermittedThere if self.may(permission) else NotPermitted
            raise refusal(permission=say(label))


SYSTEM = Actor(user_id=0, username="system", name="系统")
"""The product itself: clocks, batch work. Holds no rights; tasks act on behalf of whoever started them."""
