"""Hourly budgets that refill drop by drop, as Linear's do, and the headers that tell about them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from align_sync.demo.faults import epoch_ms

_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Bucket:
    """`allowance` an hour; what was used drains away at a constant rate."""

    allowance: float
    used: float = 0.0
    seen_at: datetime | None = None

    def drain(self, now: datetime) -> None:
        if self.seen_at is not None and now > self.seen_at:
            self.used = max(0.0, self.used - self.allowance * ((now - self.seen_at) / _HOUR))
        self.seen_at = now

    def has_room(self, amount: float) -> bool:
        return self.used + amount <= self.allowance

    def headers(self, kind: str, now: datetime) -> dict[str, str]:
        full_again = now + _HOUR * (self.used / self.allowance if self.allowance else 1)
        return {
            f"X-RateLimit-{kind}-Limit": f"{self.allowance:.0f}",
            f"X-RateLimit-{kind}-Remaining": f"{max(0.0, self.allowance - self.used):.0f}",
            f"X-RateLimit-{kind}-Reset": epoch_ms(full_again),
        }


@dataclass(slots=True, kw_only=True)
class Budgets:
    """The two budgets of one token; counted under the lock of the site."""

    requests: Bucket
    complexity: Bucket

    def spend(self, cost: int, now: datetime) -> bool:
        """Whether there was room; a refused request costs nothing."""
        self.requests.drain(now)
        self.complexity.drain(now)
        if not (self.requests.has_room(1) and self.complexity.has_room(cost)):
            return False
        self.requests.used += 1
        self.complexity.used += cost
        return True

    def headers(self, cost: int, now: datetime) -> dict[str, str]:
        return {
            "X-Complexity": str(cost),
            **self.requests.headers("Requests", now),
            **self.complexity.headers("Complexity", now),
        }


@dataclass(slots=True, kw_only=True)
class Allowances:
    """What each token may ask for in an hour; the figures are those of a personal key."""

    requests: float = 2_500
    complexity: float = 3_000_000
    _by_token: dict[str, Budgets] = field(default_factory=dict, init=False)

    def of(self, token: str) -> Budgets:
        budgets = self._by_token.get(token)
        if budgets is None:
            budgets = Budgets(requests=Bucket(self.requests), complexity=Bucket(self.complexity))
            self._by_token[token] = budgets
        return budgets
