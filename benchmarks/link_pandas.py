"""The same job as an analyst writes it: labels and parents out of the stored documents, and merges in pandas.

`python link_pandas.py DATABASE KEY_RESULTS.csv OUT`, in an environment with pandas and orjson, which are no part of
this project's. It knows the default rules only. Documents are read in portions, as a careful analyst does: that takes
less memory, and is no slower.
"""

import importlib
import json
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson

# Not by an import statement: it is absent where this project's own files are checked, and so are its types.
pd: Any = importlib.import_module("pandas")

Frame = Any

ITEMS = "SELECT id, external_id, document FROM item WHERE state = 'present'"
LABEL = re.compile(r"^okr[/:](?P<after>.+)$|^(?P<whole>kr-.+)$", re.IGNORECASE)
SHARE = r"^(?P<bare>.+?)=(?P<share>0?\.\d+|1(?:\.0+)?)$"
PORTION = 100_000
ROUNDS = 3
EVIDENCE = ["item_id", "key_result", "rule", "found", "via", "distance", "weight"]


def read_items(connection: sqlite3.Connection) -> Frame:
    """One row an item, with its labels as a list and the id of its parent, if any."""
    items = pd.concat(list(_read_portions(connection)), ignore_index=True)
    above = items[["external_id", "id"]].rename(columns={"external_id": "parent", "id": "parent_id"})
    return items.merge(above, on="parent", how="left")[["id", "parent_id", "labels"]]


def _read_portions(connection: sqlite3.Connection) -> Iterator[Frame]:
    for frame in pd.read_sql(ITEMS, connection, chunksize=PORTION):
        told = [_read_document(document) for document in frame.pop("document")]
        frame["labels"] = [labels for labels, _ in told]
        frame["parent"] = [parent for _, parent in told]
        yield frame


def _read_document(document: str) -> tuple[list[str], str | None]:
    told = orjson.loads(document)
    parents = told.get("parents")
    return told.get("labels", []), parents[0]["ref"]["external_id"] if parents else None


def read_labels(labels: Frame, key_results: Frame) -> Frame:
    """What each different label says: a row for every key result that it names, known or not."""
    table = pd.DataFrame({"label": labels.unique()})
    table["bare"] = table["label"].str.split("/").str[-1]
    return pd.concat([_find_listed(table, key_results), _find_keys(table, key_results)], ignore_index=True)


def _find_listed(table: Frame, key_results: Frame) -> Frame:
    """Labels that the book lists, with their group or without."""
    listed = key_results.dropna(subset="label").rename(columns={"label": "listed", "key": "key_result"})
    listed["listed"] = listed["listed"].str.casefold()
    whole = table.assign(listed=table["label"].str.casefold()).merge(listed, on="listed")
    bare = table.assign(listed=table["bare"].str.casefold()).merge(listed, on="listed")
    found = pd.concat([whole, bare[~bare["label"].isin(whole["label"])]])
    return found.assign(rule="named", level=1, weight=float("nan"))[[*_SAID]]


def _find_keys(table: Frame, key_results: Frame) -> Frame:
    """Labels such as `okr/KEY`, `okr:KEY=0.5` and `kr-KEY`."""
    listed = set(key_results["label"].dropna().str.casefold())
    is_listed = table["label"].str.casefold().isin(listed) | table["bare"].str.casefold().isin(listed)
    named = table[~is_listed].copy()
    read = [named[column].str.extract(LABEL) for column in ("label", "bare")]
    named["text"] = read[0]["after"].fillna(read[0]["whole"]).fillna(read[1]["after"]).fillna(read[1]["whole"])
    named = named.dropna(subset="text")
    shares = named["text"].str.strip().str.extract(SHARE)
    named["weight"] = shares["share"].astype(float)
    named["folded"] = shares["bare"].fillna(named["text"]).str.strip().str.casefold()
    has_prefix = named["folded"].str.startswith("kr-")
    named["other"] = named["folded"].str.slice(3).where(has_prefix, "kr-" + named["folded"])
    known = key_results[["key", "is_active"]].assign(folded=key_results["key"].str.casefold())
    found = named.merge(known, on="folded", how="left")
    again = named.merge(known, left_on="other", right_on="folded", how="left")
    found["key_result"] = found["key"].fillna(again["key"])
    found["is_active"] = found["is_active"].fillna(again["is_active"]).fillna(0)
    return found.assign(rule="label", level=2)[[*_SAID]]


_SAID = ("label", "key_result", "is_active", "rule", "level", "weight")


def find_own(items: Frame, key_results: Frame) -> tuple[Frame, Frame]:
    """What items say themselves: the strongest that counts, and what does not count."""
    exploded = items[["id", "labels"]].explode("labels").rename(columns={"id": "item_id", "labels": "label"})
    exploded = exploded.dropna(subset="label")
    found = exploded.merge(read_labels(exploded["label"], key_results), on="label")
    valid, refused = found[found["is_active"] == 1], found[found["is_active"] != 1]
    best = valid.groupby("item_id")["level"].transform("min")
    own = valid[valid["level"] == best].rename(columns={"label": "found"})
    own = own.drop_duplicates(["item_id", "key_result", "rule", "found"])
    return own, refused.drop_duplicates("item_id").rename(columns={"label": "found"})


def inherit(items: Frame, own: Frame, refused: Frame) -> tuple[Frame, Frame]:
    """What the rest has from above, the nearest first; and what is wrong above those that have nothing."""
    parents = items[["id", "parent_id"]].dropna().astype("int64")
    above = parents.rename(columns={"id": "via", "parent_id": "next"})
    asking = parents.rename(columns={"id": "item_id", "parent_id": "via"})
    asking = asking[~asking["item_id"].isin(own["item_id"])]
    own = own.rename(columns={"item_id": "via"})[["via", "key_result", "rule", "found", "weight"]]
    wrong = refused.rename(columns={"item_id": "via"})[["via", "found"]]
    won, spoilt = [], []
    for distance in range(1, ROUNDS + 1):
        won.append(asking.merge(own, on="via").assign(distance=distance))
        spoilt.append(asking.merge(wrong, on="via"))
        asking = asking[~asking["item_id"].isin(won[-1]["item_id"])]
        asking = asking.merge(above, on="via")[["item_id", "next"]].rename(columns={"next": "via"})
    return pd.concat(won, ignore_index=True), pd.concat(spoilt, ignore_index=True).drop_duplicates("item_id")


def split_shares(evidence: Frame) -> Frame:
    """The share of each item that each key result gets: as written, the rest in equal parts to those without."""
    shares = evidence.groupby(["item_id", "key_result"], as_index=False)["weight"].max()
    by_item = shares.groupby("item_id")["weight"]
    rest = (1.0 - by_item.transform("sum")).clip(lower=0.0)
    silent = by_item.transform("size") - by_item.transform("count")
    shares["share"] = shares["weight"].fillna(rest / silent)
    total = shares.groupby("item_id")["share"].transform("sum")
    equal = 1.0 / by_item.transform("size")
    shares["share"] = (shares["share"] / total).where(total > 0, equal)
    return evidence.merge(shares[["item_id", "key_result", "share"]], on=["item_id", "key_result"])


def decide(items: Frame, evidence: Frame, refused: Frame) -> Frame:
    """One bucket an item, and what it rests on."""
    first = evidence.drop_duplicates("item_id").set_index("item_id")
    wrong = refused.drop_duplicates("item_id").set_index("item_id")["found"]
    verdict = pd.DataFrame({"item_id": items["id"], "bucket": "unlinked", "basis": ""}).set_index("item_id")
    verdict.loc[wrong.index, "bucket"] = "invalid"
    verdict.loc[wrong.index, "basis"] = "label " + wrong
    inherited = first["distance"] > 0
    verdict.loc[first.index, "bucket"] = inherited.map({False: "direct", True: "inherited"})
    basis = first["rule"] + " " + first["found"]
    verdict.loc[first.index, "basis"] = basis.where(~inherited, basis + " on " + first["via"].astype(str))
    return verdict


def link(database: str, key_results: str, out: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        items = read_items(connection)
    book = pd.read_csv(key_results, dtype={"key": "str", "is_active": "int64", "label": "str"})
    own, refused = find_own(items, book)
    inherited, spoilt = inherit(items, own, refused)
    evidence = pd.concat([own.assign(via=own["item_id"], distance=0), inherited], ignore_index=True)[EVIDENCE]
    evidence = split_shares(evidence).drop(columns="weight")
    # The own wrong label before one above.
    verdict = decide(items, evidence, pd.concat([refused, spoilt])[["item_id", "found"]])
    with closing(sqlite3.connect(out)) as connection:
        verdict.to_sql("verdict", connection)
        evidence.set_index("item_id").to_sql("evidence", connection)
        connection.commit()
    return len(verdict)


if __name__ == "__main__":
    started = time.monotonic()
    linked = link(*sys.argv[1:])
    print(json.dumps({"items": linked, "seconds": time.monotonic() - started, "pandas": pd.__version__}))
