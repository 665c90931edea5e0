"""The tracker's own link from an item to an issue that stands for a key result.

Passes: the key result lists `jiraIssues: [GOAL-12]` and the item "contributes to" GOAL-12. The verb does not matter:
sites name their links as they like.
Fails: the key result lists `jiraEpics: [PAY-301]` and the item "is blocked by" PAY-301: an epic is work, not the goal.
"""

from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex, fold
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem


def find(item: WorkItem, index: BookIndex, _rules: RuleSet) -> Iterator[Finding]:
    if not index.by_goal:
        return
    for relation in item.relations:
        for key in index.by_goal.get(fold(relation.target.key), ()):
            yield Finding(
                rule=RuleKind.RELATION,
                field=relation.verb,
                found=f"{relation.verb} {relation.target.key}",
                named=(key,),
            )
