"""Where values stand in a TOML text, checked against what `tomllib` reads there."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.toml_places import Path, Place, find_places

EVERY_FORM = '''\
# a comment with = and [brackets]
timezone = "Europe/Rome"   # behind it
"quoted key" = 1
'literal key'=2
jira . boards = [ 12,
  34, # a comment, with a comma
]
"with \\" escape" = 'C:\\path'
empty = [ ]
none = {}
when = 1979-05-27 07:32:00Z
teams = [ {name = "A", days = [1, 2]}, { name = 'B', calendar.country = "IT" } ]
nested = [[1, 2], [[3]]]
long = """
first = 1 \\""" not yet
# no comment""""
literal_long = \'\'\'a
b = ' 2\'\'\'
escaped = "a\\tb # no comment"

[policy]
goal = 80
  warn = 70

[policy.deeper."dotted.key"]
x = true

[[map]]
name = "first"
kr = "a"

[[map]]
  filter = 'type = bug'
[map.inner]
y = -1.5e3
[[map.rows]]
z = 1
[[map.rows]]
z = 2
'''


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))


def text_from(text: str, place: Place) -> str:
    lines = text.split("\n")
    return "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])


def reads(text: str, value: object) -> bool:
    """Whether a value of TOML that is this one begins the text: some beginning of it is read as that value."""
    for end in range(1, len(text) + 1):
        try:
            if tomllib.loads(f"v = {text[:end]}")["v"] == value:
                return True
        except tomllib.TOMLDecodeError:
            continue
    return False


def check_all(text: str) -> None:
    places = find_places(text)
    for path, value in leaves(tomllib.loads(text)):
        if path:
            behind = text_from(text, places.values[path])
            if isinstance(value, dict | list) and behind[:1] not in "[{":
                assert str(path[-1] if isinstance(path[-1], str) else path[-2]) in behind.split("]")[0], path
            else:
                assert reads(behind, value), path


def test_every_value_stands_where_its_place_says() -> None:
    check_all(EVERY_FORM)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("timezone",), Place(line=2, column=12, text_column=13), Place(line=2, column=1)),
        (("quoted key",), Place(line=3, column=16), Place(line=3, column=1)),
        (("jira", "boards"), Place(line=5, column=17), Place(line=5, column=8)),
        (("jira", "boards", 1), Place(line=6, column=3), None),
        (('with " escape',), Place(line=8, column=20, text_column=21), Place(line=8, column=1)),
        (("teams", 1), Place(line=12, column=40), None),
        (("teams", 1, "name"), Place(line=12, column=49, text_column=50), Place(line=12, column=42)),
        (("teams", 1, "calendar", "country"), Place(line=12, column=73, text_column=74), Place(line=12, column=63)),
        (("long",), Place(line=14, column=8), Place(line=14, column=1)),
        (("literal_long",), Place(line=17, column=16), Place(line=17, column=1)),
        (("escaped",), Place(line=19, column=11), Place(line=19, column=1)),
        (("policy",), Place(line=21, column=2), Place(line=21, column=2)),
        (("policy", "warn"), Place(line=23, column=10), Place(line=23, column=3)),
        (("policy", "deeper", "dotted.key"), Place(line=25, column=16), Place(line=25, column=16)),
        (("map",), Place(line=28, column=3), Place(line=28, column=3)),
        (("map", 1), Place(line=32, column=3), None),
        (("map", 1, "filter"), Place(line=33, column=12, text_column=13), Place(line=33, column=3)),
        (("map", 1, "inner", "y"), Place(line=35, column=5), Place(line=35, column=1)),
        (("map", 1, "rows", 1, "z"), Place(line=39, column=5), Place(line=39, column=1)),
    ],
)
def test_places_are_those_that_an_editor_shows(path: Path, value: Place, key: Place | None) -> None:
    places = find_places(EVERY_FORM)
    assert places.values[path] == value
    assert places.keys.get(path) == key


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1", "[empty]", "[[rows]]\n[[rows]]\n"])
def test_short_texts_have_places_too(text: str) -> None:
    check_all(text)


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="no TOML"):
        find_places("= 1")


keys = st.sampled_from(("a", "b-1", '"x.y"', "'lit # x'", '"q\\"q"'))
scalars = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(("true", "1.5", "2026-12-31", '"text"', "'it = [1]'", '"""\nx\n"""', "'''{'''", '"\\\\"', '""')),
)
gaps = st.sampled_from(("", " ", "\n", " # ] }\n  "))


def write_list(parts: list[str], gap: str) -> str:
    return f"[{gap}{f',{gap}'.join(parts)}{gap}]"


def write_table(pairs: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key} = {value}" for key, value in pairs.items()) + "}"


values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(write_list, st.lists(inner, max_size=3), gaps),
        st.builds(write_table, st.dictionaries(keys, inner, max_size=3)),
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(keys, values, max_size=4),
    st.lists(st.dictionaries(keys, values, max_size=3), max_size=3),
    st.dictionaries(keys, values, max_size=2),
)
def test_places_are_found_in_texts_of_every_shape(
    top: dict[str, str], rows: list[dict[str, str]], table: dict[str, str]
) -> None:
    def write(pairs: dict[str, str]) -> str:
        return "".join(f"{key} = {value}\n" for key, value in pairs.items())

    check_all(write(top) + "".join(f"[[rows]]\n{write(row)}" for row in rows) + f"[ table . inner ]\n{write(table)}")
