"""The filters of Linear's lists, made into functions: comparators, records inside records, and lists of them."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from graphql import GraphQLInputObjectType, get_named_type

from align_sync.demo.fake_linear.reading import World, reader

Test = Callable[[object, World], bool]
Filter = Mapping[str, object]

_DURATION = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


class FilterError(ValueError):
    """A value that the filter cannot be compared with."""


def build_test(kind: GraphQLInputObjectType, wanted: Filter, now: datetime) -> Test:
    """A function that tells whether a record matches; all parts of a filter must."""
    tests = [_part(kind, name, value, now) for name, value in wanted.items()]
    if len(tests) == 1:
        return tests[0]
    return lambda record, world: all(test(record, world) for test in tests)


def _part(kind: GraphQLInputObjectType, name: str, value: object, now: datetime) -> Test:
    if name in {"and", "or"}:
        tests = [build_test(kind, each, now) for each in _filters(value)]
        combine: Callable[[Iterable[bool]], bool] = all if name == "and" else any
        return lambda record, world: combine(test(record, world) for test in tests)
    inner = get_named_type(kind.fields[name].type)
    read = reader(_subject(kind.name), name)
    if not isinstance(inner, GraphQLInputObjectType) or not isinstance(value, Mapping):
        raise FilterError(f"the filter {name} holds no filter")
    if inner.name.endswith("Comparator"):
        compare = _comparison(inner.name, value, now)
        return lambda record, world: compare(read(record, world))
    if inner.name.endswith("CollectionFilter"):
        return _collection(inner, value, read, now)
    return _nested(inner, value, read, now)


def _filters(value: object) -> list[Filter]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _subject(filter_name: str) -> str:
    return filter_name.removeprefix("Nullable").removesuffix("Filter").removesuffix("Collection")


def _nested(kind: GraphQLInputObjectType, wanted: Filter, read: Callable[..., object], now: datetime) -> Test:
    absent = wanted.get("null")
    rest = build_test(kind, {name: value for name, value in wanted.items() if name != "null"}, now)

    def test(record: object, world: World) -> bool:
        inner = read(record, world)
        if inner is None:
            return absent is True
        return absent is not True and rest(inner, world)

    return test


def _collection(kind: GraphQLInputObjectType, wanted: Filter, read: Callable[..., object], now: datetime) -> Test:
    """`some` is what fields beside `some` and `every` mean too."""
    plain = {name: value for name, value in wanted.items() if name not in {"some", "every", "length", "null"}}
    some = [_record_test(kind, wanted["some"], now)] if "some" in wanted else []
    some += [build_test(kind, plain, now)] if plain else []
    every = [_record_test(kind, wanted["every"], now)] if "every" in wanted else []
    length = _comparison("NumberComparator", _mapping(wanted.get("length")), now)
    absent = wanted.get("null")

    def test(record: object, world: World) -> bool:
        found = read(record, world)
        entries = list(found) if isinstance(found, Iterable) else []
        return (
            (absent is None or absent is (not entries))
            and length(len(entries))
            and all(any(each(entry, world) for entry in entries) for each in some)
            and all(all(each(entry, world) for entry in entries) for each in every)
        )

    return test


def _record_test(kind: GraphQLInputObjectType, wanted: object, now: datetime) -> Test:
    inner = get_named_type(kind.fields["some"].type)
    if not isinstance(inner, GraphQLInputObjectType):
        raise FilterError("the filter of a list holds no filter")
    return build_test(inner, _mapping(wanted), now)


def _mapping(value: object) -> Filter:
    return value if isinstance(value, Mapping) else {}


_COMPARISONS: dict[str, Callable[..., bool]] = {
    "eq": lambda value, other: value == other,
    "neq": lambda value, other: value is not None and value != other,
    "in": lambda value, others: value in others,
    "nin": lambda value, others: value is not None and value not in others,
    "gt": lambda value, limit: value is not None and value > limit,
    "gte": lambda value, limit: value is not None and value >= limit,
    "lt": lambda value, limit: value is not None and value < limit,
    "lte": lambda value, limit: value is not None and value <= limit,
    "null": lambda value, absent: (value is None) is absent,
    "contains": lambda value, part: value is not None and part in value,
    "notContains": lambda value, part: value is not None and part not in value,
    "containsIgnoreCase": lambda value, part: value is not None and part.lower() in value.lower(),
    "notContainsIgnoreCase": lambda value, part: value is not None and part.lower() not in value.lower(),
    "eqIgnoreCase": lambda value, other: value is not None and value.lower() == other.lower(),
    "neqIgnoreCase": lambda value, other: value is not None and value.lower() != other.lower(),
    "startsWith": lambda value, part: value is not None and value.startswith(part),
    "notStartsWith": lambda value, part: value is not None and not value.startswith(part),
    "startsWithIgnoreCase": lambda value, part: value is not None and value.lower().startswith(part.lower()),
    "endsWith": lambda value, part: value is not None and value.endswith(part),
    "notEndsWith": lambda value, part: value is not None and not value.endswith(part),
}


def _comparison(kind: str, wanted: Filter, now: datetime) -> Callable[[object], bool]:
    is_date = "Date" in kind
    tests: list[tuple[Callable[..., bool], object]] = []
    for name, value in wanted.items():
        if name in {"and", "or"}:
            parts = [_comparison(kind, each, now) for each in _filters(value)]
            tests.append((_all_of if name == "and" else _any_of, parts))
            continue
        tests.append((_COMPARISONS[name], _operand(value, now) if is_date and name != "null" else _plain(value)))
    return lambda value: all(test(value, operand) for test, operand in tests)


def _all_of(value: object, parts: list[Callable[[object], bool]]) -> bool:
    return all(part(value) for part in parts)


def _any_of(value: object, parts: list[Callable[[object], bool]]) -> bool:
    return any(part(value) for part in parts)


def _plain(value: object) -> object:
    return frozenset(value) if isinstance(value, list) else value


def _operand(value: object, now: datetime) -> object:
    if isinstance(value, list):
        return frozenset(_instant(each, now) for each in value)
    return _instant(value, now)


def _instant(value: object, now: datetime) -> datetime:
    """A time, or a duration counted from now such as `-P7D`."""
    if not isinstance(value, str):
        raise FilterError("a time is a text")
    match = _DURATION.fullmatch(value)
    if match and value.rstrip("PT-"):
        years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        span = timedelta(
            days=365 * years + 30 * months + 7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds
        )
        return now - span if match[1] else now + span
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise FilterError(f"{value!r} is neither a time nor a duration") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
