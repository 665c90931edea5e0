"""The sample company: Acme Pay in the middle of a sprint, and what is true of every piece of its work."""

from align_sync.demo.story.example_okrs import find_example_okrs, write_example_okrs
from align_sync.demo.story.jira_work import fill_jira
from align_sync.demo.story.linear_work import fill_linear
from align_sync.demo.story.people import decide, read_weeks
from align_sync.demo.story.rules import MATCHES_NOTHING, sample_settings, write_sample_settings
from align_sync.demo.story.sources import write_register
from align_sync.demo.story.truth import PROBABLY_MEANT, TRUE_BEFORE_PEOPLE, TRUE_LINKS, Truth

__all__ = [
    "MATCHES_NOTHING",
    "PROBABLY_MEANT",
    "TRUE_BEFORE_PEOPLE",
    "TRUE_LINKS",
    "Truth",
    "decide",
    "fill_jira",
    "fill_linear",
    "find_example_okrs",
    "read_weeks",
    "sample_settings",
    "write_example_okrs",
    "write_register",
    "write_sample_settings",
]
