"""How often somebody asks, counted in memory: what protects a process from too many requests is its own matter.

Attempts to sign in are counted in the store (`intake.store.attempts`), for all processes alike.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts within so long a time."""

    attempts: int
    within: timedelta


@dataclass
class Throttle:
    """Attempts by key within a limit. Keys beyond the most are forgotten, the one unused longest first."""

    limit: Limit
    _attempts: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_until(self, key: str, now: datetime) -> datetime | None:
        """Until when the key has no attempt left; None where it has one."""
        with self._lock:
            times = self._recent(key, now)
            return times[0] + self.limit.within if len(times) >= self.limit.attempts else None

    def count(self, key: str, now: datetime) -> None:
        """Counts an attempt."""
        with self._lock:
            times = self._recent(key, now)
            times.append(now)
            self._attempts[key] = times
            self._attempts.move_to_end(key)
            while len(self._attempts) > MOST_KEYS:
                self._attempts.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forgets a key's attempts, after one that was right."""
        with self._lock:
            self._attempts.pop(key, None)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        times = self._attempts.get(key, deque())
        while times and times[0] <= now - self.limit.within:
            times.popleft()
        return times
