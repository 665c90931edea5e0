"""The least that a pull can cost: the same requests at once as ours, decoded and inserted, and nothing else."""

import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import httpx
import orjson

from benchmarks.jira_process import PROJECT, SIGN_IN

IDS_A_PAGE = 5_000
ITEMS_A_FETCH = 100
ITEMS_A_TRANSACTION = 500
WORKERS = 16
SCHEMA = "CREATE TABLE item (id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, key TEXT, document TEXT)"
INSERT = "INSERT INTO item (external_id, key, document) VALUES (?, ?, ?)"

Row = tuple[str, str, str]


def list_ids(client: httpx.Client) -> Iterator[list[str]]:
    body: dict[str, object] = {
        "jql": f"project = {PROJECT} ORDER BY id ASC",
        "maxResults": IDS_A_PAGE,
        "fields": ["id"],
    }
    while True:
        told = _post(client, "/rest/api/3/search/jql", body)
        yield [issue["id"] for issue in told["issues"]]
        if told["isLast"]:
            return
        body["nextPageToken"] = told["nextPageToken"]


def list_chunks(client: httpx.Client) -> Iterator[list[str]]:
    """The next page of identifiers is asked for while the items of the one before it are fetched, as in ours."""
    pages = list_ids(client)
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(next, pages, None)
        while (ids := ahead.result()) is not None:
            ahead = pool.submit(next, pages, None)
            yield from (ids[start : start + ITEMS_A_FETCH] for start in range(0, len(ids), ITEMS_A_FETCH))


def fetch_all(client: httpx.Client, fields: list[str]) -> Iterator[list[Row]]:
    def fetch(names: list[str]) -> list[Row]:
        told = _post(client, "/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": names, "fields": fields})
        return [(issue["id"], issue["key"], orjson.dumps(issue["fields"]).decode()) for issue in told["issues"]]

    chunks = list_chunks(client)
    under_way: set[Future[list[Row]]] = set()
    with ThreadPoolExecutor(WORKERS) as pool:
        while True:
            for chunk in chunks:
                under_way.add(pool.submit(fetch, chunk))
                if len(under_way) >= WORKERS + WORKERS // 4:
                    break
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def pull(url: str, database: str, fields: list[str]) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(SCHEMA)
    with httpx.Client(base_url=url, auth=SIGN_IN, timeout=60, trust_env=False) as client:
        rows: list[Row] = []
        for page in fetch_all(client, fields):
            rows += page
            if len(rows) >= ITEMS_A_TRANSACTION:
                _insert(connection, rows)
                rows = []
        _insert(connection, rows)
    connection.close()


def _post(client: httpx.Client, path: str, body: dict[str, object]) -> dict[str, Any]:
    answer = client.post(path, content=orjson.dumps(body), headers={"Content-Type": "application/json"})
    told: dict[str, Any] = orjson.loads(answer.raise_for_status().content)
    return told


def _insert(connection: sqlite3.Connection, rows: list[Row]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(INSERT, rows)
    connection.execute("COMMIT")


if __name__ == "__main__":
    pull(sys.argv[1], sys.argv[2], sys.argv[3].split(","))
