"""The key results of the benchmarks, and the labels that name them, so that linking has something to decide."""

KEY_RESULTS = 12
_ISSUES_PER_EPIC = 40
_HEAD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: benchmark}
spec:
  team: benchmark
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Nobody waits for a pull
      keyResults:
"""


def write_book() -> str:
    return _HEAD + "".join(f"        - {{id: KR-{n}, title: Key result {n}}}\n" for n in range(KEY_RESULTS))


def label_of(place: int) -> tuple[str, ...]:
    """The labels of an issue: of the epics three in five name a key result, of the others one in ten."""
    epic, within = divmod(place, _ISSUES_PER_EPIC)
    if within == 0:
        return (f"okr/KR-{epic % KEY_RESULTS}",) if epic % 5 < 3 else ()
    if place % 10 == 7:
        return (f"okr/KR-{place % KEY_RESULTS}", "backend")
    return ("backend",) if place % 3 else ()
