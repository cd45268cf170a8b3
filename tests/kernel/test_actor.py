"""A refusal says whether the right is missing altogether, or only in this place."""

from enum import StrEnum

import pytest

from backend.kernel.actor import Actor, Reach
from backend.kernel.errors import NotPermitted, NotPermittedThere


class Right(StrEnum):
    KEEP = "thing:keep"


def test_a_right_held_nowhere_is_named_as_missing() -> None:
    with pytest.raises(NotPermitted) as refusal:
        Actor(1, "a", "甲").require(Right.KEEP, "371623109")
    assert not isinstance(refusal.value, NotPermittedThere)


def test_a_right_held_elsewhere_is_refused_for_the_place() -> None:
    actor = Actor(1, "a", "甲", rights={"thing:keep": Reach(prefixes=("371623001",))})
    with pytest.raises(NotPermittedThere, match="不包括这个区划"):
        actor.require(Right.KEEP, "371623109")
    actor.require(Right.KEEP, "371623001002")
