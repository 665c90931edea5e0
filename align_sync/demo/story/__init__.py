"""The sample company: Acme Pay in the middle of a sprint, and what is true of every piece of its work."""

from align_sync.demo.story.example_okrs import find_example_okrs
from align_sync.demo.story.jira_work import fill_jira
from align_sync.demo.story.linear_work import fill_linear
from align_sync.demo.story.truth import PROBABLY_MEANT, TRUE_LINKS, Truth

__all__ = ["PROBABLY_MEANT", "TRUE_LINKS", "Truth", "fill_jira", "fill_linear", "find_example_okrs"]
