"""How often a stranger may ask, per address and per thing asked about; counted in this process."""

import time
from collections import deque
from dataclasses import dataclass, field

from fastapi import Request

from backend.kernel.errors import TooMany

KEYS_MAX = 50_000


@dataclass(slots=True)
class Limit:
    """At most `count` within `seconds` for one key."""

    count: int
    seconds: int
    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def take(self, key: str) -> None:
        """Count one request; raise TooMany, telling how long to wait."""
        now = time.monotonic()
        if len(self._seen) > KEYS_MAX:
            self._forget(now)
        times = self._seen.setdefault(key, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.count:
            raise TooMany(seconds=int(times[0] + self.seconds - now) + 1)
        times.append(now)

    def clear(self) -> None:
        """Forget everybody."""
        self._seen.clear()

    def _forget(self, now: float) -> None:
        self._seen = {key: times for key, times in self._seen.items() if times and times[-1] > now - self.seconds}


READING = Limit(240, 60)
PROGRESS = Limit(10, 60)
# Four digits have ten thousand forms: one number stands ten tries an hour, wherever they come from.
PROGRESS_NUMBER = Limit(10, 3600)
SENDING = Limit(10, 3600)


def address_of(request: Request) -> str:
    """Return the caller's address, as the server or its trusted proxy reports it."""
    return request.client.host if request.client else "unknown"
