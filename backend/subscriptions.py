"""Who listens to what: domain handlers named `SUBSCRIPTIONS` in `backend/<domain>/subscriptions.py`."""

from backend import tables
from backend.kernel.events import subscribe


def connect() -> None:
    """Subscribe every handler, and let every domain say what waits in it; idempotent."""
    tables.parts("inbox")
    for module in tables.parts("subscriptions"):
        for event, handler in module.SUBSCRIPTIONS:
            subscribe(event, handler)
