"""Every change of the registry, by step of the work."""

from backend.registry.service.keeping import add_item, add_member, conclude_property, correct, depart, remove_item
from backend.registry.service.moving import decide_transfer, transfer
from backend.registry.service.people import add_status, correct_person, end_status, reveal
from backend.registry.service.registering import register
from backend.registry.snapshots import snapshot

__all__ = [
    "add_item",
    "add_member",
    "add_status",
    "conclude_property",
    "correct",
    "correct_person",
    "decide_transfer",
    "depart",
    "end_status",
    "register",
    "remove_item",
    "reveal",
    "snapshot",
    "transfer",
]
