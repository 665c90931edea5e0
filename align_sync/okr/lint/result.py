"""What one run of the linter brought, as every output shows it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from align_sync.okr.lint.accepted import Sorted
from align_sync.okr.lint.model import Severity

ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintResult:
    """`titles` are those of all entries by key. `has_register` tells whether metrics were looked up."""

    findings: Sorted
    objectives: int
    key_results: int
    files: int
    has_register: bool
    generated_at: datetime
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many new findings of each severity."""
        counted = Counter(one.finding.severity for one in self.findings.new)
        return {severity: counted[severity] for severity in ORDER}

    @property
    def has_errors(self) -> bool:
        return self.counts[Severity.ERROR] > 0
