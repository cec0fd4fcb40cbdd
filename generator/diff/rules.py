"""The rules by which changes are judged: data in ``rules/*.yaml``, checked when they are read."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

WireLevel: TypeAlias = Literal["none", "compatible", "risky", "breaking"]
"""What a change does to calls of programs that were made for the old document."""
ClientLevel: TypeAlias = Literal["none", "safe", "typing", "breaking"]
"""What a change does to programs that use the client: nothing, a type checker complains, or they
fail when they run."""
Kind: TypeAlias = Literal["schema", "property", "operation", "document", "surface", "python"]

WIRE: Final[tuple[WireLevel, ...]] = get_args(WireLevel)
CLIENT: Final[tuple[ClientLevel, ...]] = get_args(ClientLevel)

_FOLDER: Final = Path(__file__).with_name("rules")
_PLACES: Final = (
    ("request", "parameter"),
    ("request", "body"),
    ("request", "property"),
    ("response", "header"),
    ("response", "body"),
    ("response", "property"),
)


@frozen
class Example:
    """Two edits of one thing.

    Attributes:
        kind: What it is: a schema, an object with properties, an operation, a document, a surface,
            a module.
        place: For schemas, who sends them and where they are used.
        old: What was.
        new: The edit that the rule is about.
        near: An edit that comes close, and that the rule is not about.
        components: The schemas that it refers to.
    """

    kind: Kind
    place: tuple[str, str]
    old: Any
    new: Any
    near: Any
    components: Any = None


@frozen
class Rule:
    """What a kind of change breaks.

    Attributes:
        id: Its name.
        wire: What it breaks on the wire.
        client: What it breaks in Python, where the client changes with it.
        message: The change in words, with fields ``at``, ``name``, ``old`` and ``new``.
        why: Why it is that bad.
        adds: Whether it offers something new.
        example: An example; findings about the acceptance file have none.
    """

    id: str
    wire: WireLevel = field(validator=validators.in_(WIRE))
    client: ClientLevel = field(validator=validators.in_(CLIENT))
    message: str = field(validator=validators.instance_of(str))
    why: str = field(validator=validators.instance_of(str))
    adds: bool = field(validator=validators.instance_of(bool))
    example: Example | None = field(repr=False)


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules, by id.

    Raises:
        GeneratorError: The data are broken.
    """
    found: dict[str, Rule] = {}
    for file, entry, make in _entries():
        try:
            made = {rule.id: rule for rule in make(entry)}
        except (KeyError, TypeError, ValueError) as error:
            raise GeneratorError(
                f"a rule is broken: {error!r} in {str(entry)[:80]}",
                file=file,
                remedy="Give it what the head of the file says.",
            ) from error
        twice = made.keys() & found.keys()
        if twice:
            raise GeneratorError(
                f"the rule {min(twice)} appears twice", file=file, remedy="Remove one of them."
            )
        found.update(made)
    return found


def worst_wire(levels: Collection[WireLevel]) -> WireLevel:
    """Return the worst of some levels."""
    worst: WireLevel = "none"
    for level in WIRE:
        if level in levels:
            worst = level
    return worst


def worst_client(levels: Collection[ClientLevel]) -> ClientLevel:
    """Return the worst of some levels."""
    worst: ClientLevel = "none"
    for level in CLIENT:
        if level in levels:
            worst = level
    return worst


def _entries() -> Iterator[tuple[Path, Any, Callable[[Any], Iterable[Rule]]]]:
    """Yield what stands in the files, and how rules are made of it."""
    file = _FOLDER / "schema.yaml"
    data = load(file)
    aspects = [*data["aspects"], *(aspect for one in data["limits"] for aspect in _limit(one))]
    for kind, entries in (("schema", aspects), ("property", data["properties"])):
        for entry in entries:
            yield file, entry, partial(_places, kind, data["levels"])
    for name in ("operation.yaml", "client.yaml", "facade.yaml"):
        file = _FOLDER / name
        for entry in load(file)["rules"]:
            yield file, entry, _single
    file = _FOLDER / "finding.yaml"
    for entry in load(file)["rules"]:
        yield file, {**entry, "wire": "none", "client": "none"}, _single


def _single(entry: dict[str, Any]) -> Iterator[Rule]:
    example = None
    if "at" in entry:
        example = Example(entry["at"], ("", ""), entry["old"], entry["new"], entry["near"])
    yield Rule(
        entry["id"],
        entry["wire"],
        entry["client"],
        entry["message"],
        entry["why"],
        entry.get("adds", False),
        example,
    )


def _places(kind: Any, levels: Any, entry: dict[str, Any]) -> Iterator[Rule]:
    """Yield the rules of one aspect: one for each place where schemas are used."""
    client: Any = entry.get("client", "safe")
    for direction, scope in _PLACES:
        if direction not in entry or (kind == "property" and scope != "body"):
            continue
        place = f"{direction}-{scope}" if kind == "schema" else direction
        wire: WireLevel = entry.get(place, entry[direction])
        by_place: dict[str, Any] = client if is_object(client) else {direction: client}
        yield Rule(
            f"{place}-{entry['aspect']}",
            wire,
            by_place.get(place, by_place.get(direction, "safe")),
            entry["message"],
            levels[direction][wire],
            entry.get("adds", False),
            Example(
                kind,
                (direction, scope),
                entry["old"],
                entry["new"],
                entry["near"],
                entry.get("components"),
            ),
        )


def _limit(limit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the four aspects of a limit."""
    kind, keyword, upper = limit["type"], limit["keyword"], limit["upper"]
    words = f"{limit['words']} of {{at}}"
    none, low, high = (
        {"type": kind, **({} if value is None else {keyword: value})}
        for value in (None, *limit["values"])
    )
    described = {**low, "description": "Limited."}
    for verb, message, old, new, near, narrows in (
        ("set", f"{words} is {{new}}", none, low, {"type": kind, "example": "limited"}, True),
        ("unset", f"{words}, which was {{old}}, is gone", low, none, described, False),
        ("increased", f"{words} rose from {{old}} to {{new}}", low, high, described, not upper),
        ("decreased", f"{words} fell from {{old}} to {{new}}", high, low, high, upper),
    ):
        yield {
            "aspect": f"{limit['name']}-{verb}",
            "message": message,
            "request": "breaking" if narrows else "compatible",
            "response": "compatible" if narrows else "breaking",
            "old": old,
            "new": new,
            "near": near,
        }
