"""Everything that is known of OKRs, written in open formats."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from align_sync.cli.main import invoke
from align_sync.cli.okr.table_formats import as_csv, as_json, as_workbook, as_yaml, join_documents
from align_sync.errors import UserError
from align_sync.flows.export import Export, Part, export, export_files
from align_sync.flows.import_table import TableWish, import_table
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book, Objective
from align_sync.sheets.reading import read_workbook
from tests.flows.metric_world import BOOK, MetricWorld, world
from tests.golden_files import Golden
from tests.make import make_book, make_kr

__all__ = ["world"]

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OKRS = Path(__file__).parents[2] / "config" / "okrs"


def as_records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_book_in_force_is_exported_with_when_it_was_applied(world: MetricWorld) -> None:
    found = export(world.app, (Part.BOOK,))

    assert (found.book, found.records, found.versions) == (BOOK, (), ())
    told = orjson.loads(as_json(found))
    assert (told["schema_version"], told["origin"]) == (1, "the book in force")
    assert told["data_as_of"] == "2026-11-23T13:30:00Z"
    assert [kr["id"] for kr in told["sets"][0]["spec"]["objectives"][0]["keyResults"]] == [
        kr.key for kr in BOOK.key_results
    ]
    assert parse_book([("a.yaml", join_documents(as_yaml(BOOK).values()))]) == (BOOK, ())


def test_readings_confidences_and_metrics_are_plain_tables(world: MetricWorld) -> None:
    world.record("ret90", "6.5", confidence="70 %", reason="=asked")
    world.record("zones", "commit")

    tables = as_csv(export(world.app, (Part.READINGS, Part.METRICS)))

    assert list(tables) == ["readings", "confidences", "metrics"]
    readings = {one["metric"]: one for one in as_records(tables["readings"])}
    assert (readings["churn"]["value"], readings["churn"]["status"], readings["churn"]["author"]) == (
        "6.5",
        "ok",
        "Ana",
    )
    assert readings["churn"]["reason"] == "'=asked"
    assert readings["churn"]["as_of_at"] == "2026-11-23T13:31:00Z"
    (confidence,) = as_records(tables["confidences"])
    assert (confidence["key_result"], confidence["share"]) == ("RET90", "0.7")
    metrics = {one["metric"]: one for one in as_records(tables["metrics"])}
    assert (metrics["churn"]["kind"], metrics["churn"]["last_value"], metrics["churn"]["measurability"]) == (
        "manual",
        "6.5",
        "declared",
    )
    assert metrics["pushed"]["refresh_days"] == "2"
    assert (metrics["kr:zones"]["kind"], metrics["kr:zones"]["measurability"]) == ("", "unknown")


def test_no_secret_of_a_metric_is_exported(world: MetricWorld) -> None:
    digest = world.app.settings.metrics[1].model_dump()["token_sha256"]
    found = export(world.app, tuple(Part))

    assert str(digest) not in as_json(found)
    assert all(str(digest) not in text for text in as_csv(found).values())


def test_versions_tell_what_each_changed_and_hold_the_whole_book(world: MetricWorld) -> None:
    reworded = make_kr("RET90", title="Another", labels=("a", "b"))
    world.apply(make_book(reworded, "new"))
    world.apply(make_book(reworded, "new"))

    found = export(world.app, (Part.VERSIONS,))

    rows = as_records(as_csv(found)["versions"])
    assert [one["key"] for one in rows if one["version"] == "1"] == ["O-1", "done", "RET90", "steps", "zones"]
    second = [(one["change"], one["key"], one["field"], one["after"]) for one in rows if one["version"] == "2"]
    assert ("created", "new", "", "") in second
    assert ("removed", "zones", "", "") in second
    assert ("changed", "RET90", "names.labels", "a; b") in second
    assert [one["change"] for one in rows if one["version"] == "3"] == ["nothing"]
    told = orjson.loads(as_json(found))["versions"]
    assert [len(one["sets"][0]["spec"]["objectives"][0]["keyResults"]) for one in told] == [4, 2, 2]
    assert "sets" not in orjson.loads(as_json(found))


def test_all_of_it_is_one_workbook(world: MetricWorld, tmp_path: Path) -> None:
    world.record("ret90", "6.5")
    file = tmp_path / "all.xlsx"
    file.write_bytes(as_workbook(export(world.app, tuple(Part))))

    names = [one.grid.sheet for one in read_workbook(file.read_bytes(), "all.xlsx")]
    assert names == ["OKRs", "Readings", "Confidences", "Versions", "Metrics", "Columns", "Data as of"]
    assert import_table(TableWish(file=file)).table.book == BOOK


def test_without_a_book_there_is_nothing_to_export(world: MetricWorld, tmp_path: Path) -> None:
    world.url = f"sqlite:///{tmp_path / 'empty.db'}"
    world.reopen()
    with pytest.raises(UserError, match="no OKR book has been applied yet"):
        export(world.app, (Part.BOOK,))


def test_files_are_exported_as_they_are_and_refused_with_their_faults(tmp_path: Path) -> None:
    found = export_files([OKRS], made_at=NOW)
    assert found.book is not None
    assert found.as_of_at is None
    assert import_table(TableWish(file=_write(tmp_path / "a.csv", as_csv(found)["book"]))).table.book == found.book
    assert list(as_yaml(found.book)) == [
        f"{team}-2026-q4.yaml" for team in ("company", "customer-success", "engineering", "product", "support")
    ]
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: b\n", "utf-8")
    with pytest.raises(UserError, match="the OKR files have problems"):
        export_files([bad], made_at=NOW)


def _write(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def test_teams_of_one_name_have_files_of_their_own() -> None:
    one = Objective(key="a", title="x", team="A B", period="Q")
    book = Book(objectives=(one, replace(one, key="b", team="a-b"), replace(one, key="c", team="a/b")))

    assert list(as_yaml(book)) == ["a-b-q.yaml", "a-b-q-also-1.yaml", "a-b-q-also-2.yaml"]


def test_the_json_of_a_book_stays_as_it_is(golden: Golden) -> None:
    book = parse_book([("product.yaml", (OKRS / "product.yaml").read_text("utf-8"))])[0]

    golden("tables/book.json", as_json(Export(made_at=NOW, origin="product.yaml", as_of_at=None, book=book)))


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["--out", "a.yaml"], ["a.yaml"]),
        (["-o", "yaml", "--out", "okrs"], ["okrs"]),
        (["--out", "a.xlsx"], ["a.xlsx"]),
        (["--out", "a.csv"], ["a.csv"]),
        (["-o", "csv", "--out", "tables"], ["tables"]),
        (["--out", "a.json"], ["a.json"]),
    ],
)
def test_the_ending_of_the_file_says_what_is_written(
    arguments: list[str], made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert invoke(["okr", "export", "book", str(OKRS), *arguments]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == made
    assert (tmp_path / made[0]).is_dir() == (len(arguments) > 2)


def test_the_book_of_files_is_printed_as_yaml_where_nothing_else_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["okr", "export", str(OKRS)]) == 0
    out = capsys.readouterr().out
    assert out.count("---\n") == 4
    assert out.count("$schema") == 1
    assert parse_book([("x.yaml", out)])[0] == export_files([OKRS], made_at=NOW).book


def test_yaml_of_more_than_a_file_may_hold_goes_into_a_folder(tmp_path: Path) -> None:
    table, folder = tmp_path / "okrs.csv", tmp_path / "okrs"
    for team in ("a", "b"):
        rows = "".join(f"{team}{number},{'x' * 290},{team},2026-Q4\n" for number in range(2_000))
        table.write_text(f"Objective id,Objective,Team,Period\n{rows}", "utf-8")
        assert invoke(["okr", "import", str(table), "--into", str(folder / f"{team}.yaml")]) == 0

    assert invoke(["okr", "export", str(folder), "--out", str(tmp_path / "all.yaml")]) == 2
    assert invoke(["okr", "export", str(folder), "--out", str(tmp_path / "copy")]) == 0
    assert len(list((tmp_path / "copy").iterdir())) == 2


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert invoke(["okr", "export", str(OKRS), "--out", str(tmp_path / "file" / "a.xlsx")]) == 2
    assert "the file cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["readings", "-o", "yaml"], "readings cannot be written as YAML"),
        (["metrics", str(OKRS)], "files hold no metrics"),
        (["-o", "xlsx", str(OKRS)], "a workbook needs a file"),
        (["-o", "xlsx", str(OKRS), "--out", "folder"], "a workbook needs a file"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_can(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["okr", "export", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_everything_is_exported_from_the_command_line(
    world: MetricWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", world.url)
    monkeypatch.chdir(tmp_path)

    assert invoke(["okr", "export", "all", "-o", "csv"]) == 2
    assert "there are several tables" in capsys.readouterr().err
    assert invoke(["okr", "export", "all", "-o", "csv", "--out", "tables"]) == 0
    names = [path.name for path in sorted((tmp_path / "tables").iterdir())]
    assert names == ["book.csv", "confidences.csv", "metrics.csv", "readings.csv", "versions.csv"]
    assert invoke(["okr", "export", "metrics"]) == 0
    assert [one["metric"] for one in orjson.loads(capsys.readouterr().out)["metrics"]][:1] == ["churn"]
    assert invoke(["okr", "export", "book"]) == 0
    assert parse_book([("x.yaml", capsys.readouterr().out)])[0] == BOOK
