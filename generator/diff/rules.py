"""The rules (data in ``rules/*.yaml``), the changes that they judge, and the verdict on all."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from generator.diff.document import canonical
from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import PurePath

WireLevel: TypeAlias = Literal["none", "compatible", "risky", "breaking"]
"""What a change does to calls of programs that were made for the old document."""
ClientLevel: TypeAlias = Literal["none", "safe", "typing", "breaking"]
"""What a change does to programs that use the client: nothing, a type checker complains, or they
fail when they run."""
Cause: TypeAlias = Literal["document", "overlay", "generator", "facade", "acceptance"]
Bump: TypeAlias = Literal["none", "patch", "minor", "major"]
Kind: TypeAlias = Literal["schema", "property", "operation", "document", "surface", "python"]

WIRE: Final[tuple[WireLevel, ...]] = get_args(WireLevel)
CLIENT: Final[tuple[ClientLevel, ...]] = get_args(ClientLevel)

_LONG: Final = 60
_FOLDER: Final = Path(__file__).with_name("rules")
_PLACES: Final = (
    ("request", "parameter"),
    ("request", "body"),
    ("request", "property"),
    ("response", "header"),
    ("response", "body"),
    ("response", "property"),
)
_LASTING: Final[tuple[tuple[str, Kind, tuple[str, str]], ...]] = (
    ("operation", "operation", ("", "")),
    ("parameter", "operation", ("", "")),
    ("request-property", "property", ("request", "body")),
    ("response-property", "property", ("response", "body")),
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


def worst(levels: Iterable[ClientLevel]) -> ClientLevel:
    """Return the worst of some levels of the client."""
    return CLIENT[max(map(CLIENT.index, levels), default=0)]


@frozen
class Source:
    """Where a change comes from.

    Attributes:
        cause: What was edited.
        file: The file, if one is to blame; below the project folder, or as it was given.
        line: The line in it, from 1.
    """

    cause: Cause
    file: PurePath | None = None
    line: int | None = None

    def __str__(self) -> str:
        """Return it as in ``overlay overlays/20-bots.yaml:7``."""
        if self.file is None:
            return self.cause
        return f"{self.cause} {self.file}" + (f":{self.line}" if self.line else "")


@frozen
class Change:
    """A change of one operation, or of the document or the client as a whole.

    Attributes:
        rule: The rule that judges it.
        wire: What it breaks on the wire.
        client: What it breaks in Python.
        operation: The HTTP method and path; empty: the whole.
        path: The place in the operation or in the client.
        old: What was, as JSON.
        new: What is, as JSON.
        old_at: The JSON pointer of what was, in the document that was compared.
        new_at: The JSON pointer of what is, in the document that was compared.
        source: Where it comes from.
        suggestion: An overlay action that undoes it in the client.
        python: What it is about in Python, as in ``Bot.name``.
        signatures: The method before and after, if its signature is another one.
    """

    rule: Rule
    wire: WireLevel
    client: ClientLevel
    operation: str
    path: str
    old: Any
    new: Any
    old_at: str
    new_at: str
    source: Source = Source("document")
    suggestion: str | None = None
    python: tuple[str, ...] = ()
    signatures: tuple[str | None, str | None] = (None, None)

    @property
    def id(self) -> str:
        """The id of its rule."""
        return self.rule.id

    @property
    def message(self) -> str:
        """It in words."""
        return self.rule.message.format(
            at=self.path or self.operation,
            name=self.operation,
            old=_text(self.old),
            new=_text(self.new),
        )

    @property
    def fingerprint(self) -> str:
        """Twelve letters that stay the same as long as the change does."""
        identity = [self.id, self.operation, self.path, self.old, self.new]
        return hashlib.sha256(canonical(identity).encode()).hexdigest()[:12]

    @property
    def severity(self) -> tuple[int, int]:
        """How bad it is: the higher the worse."""
        levels = WIRE.index(self.wire), CLIENT.index(self.client)
        return max(levels), sum(levels)


@frozen
class Verdict:
    """The verdict on all changes.

    Attributes:
        wire: The worst level on the wire.
        client: The worst level in Python.
        semver: The part of the version that has to grow.
    """

    wire: WireLevel
    client: ClientLevel
    semver: Bump

    @classmethod
    def on(cls, changes: tuple[Change, ...]) -> Verdict:
        """Judge all changes together.

        What breaks programs asks for a major version. What is new, what a type checker may find
        and what is uncertain ask for a minor one.
        """
        wire = WIRE[max((WIRE.index(change.wire) for change in changes), default=0)]
        client = worst(change.client for change in changes)
        if wire == client == "none":
            return cls(wire, client, "none")
        if "breaking" in {wire, client}:
            return cls(wire, client, "major")
        if wire == "risky" or client == "typing" or any(change.rule.adds for change in changes):
            return cls(wire, client, "minor")
        return cls(wire, client, "patch")


def _entries() -> Iterator[tuple[Path, Any, Callable[[Any], Iterable[Rule]]]]:
    """Yield what stands in the files, and how rules are made of it."""
    file = _FOLDER / "schema.yaml"
    data = load(file)
    aspects = [*data["aspects"], *(aspect for one in data["limits"] for aspect in _limit(one))]
    for kind, entries in (("schema", aspects), ("property", data["properties"])):
        for entry in entries:
            yield file, entry, partial(_places, kind, data["levels"])
    file = _FOLDER / "lifecycle.yaml"
    for entry in load(file)["aspects"]:
        yield file, entry, _lifecycle
    for name in ("operation.yaml", "client.yaml", "facade.yaml", "finding.yaml"):
        file = _FOLDER / name
        data = load(file)
        for entry in data["rules"]:
            # The head of an entry says in errors which it is.
            yield file, {**entry, **data["defaults"], **entry}, _single


def _single(entry: dict[str, Any]) -> Iterator[Rule]:
    example = None
    if "behaviour" in entry:
        kind = entry["behaviour"]["kind"]
        entry |= {edit: _method(kind, entry["behaviour"][edit]) for edit in ("old", "new", "near")}
    if "old" in entry:
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


def _method(kind: str, behaviour: Any) -> dict[str, Any]:
    """Return a surface with one method that does something."""
    method: dict[str, Any] = {
        "operation": "GET /bots",
        "class": "r.bots.Bots",
        "kind": kind,
        "returns": "models.Bot",
        "arguments": {},
        "behaviour": behaviour,
    }
    return {"methods": {"bots.list": method}}


def _places(kind: Any, levels: Any, entry: dict[str, Any]) -> Iterator[Rule]:
    """Yield the rules of one aspect: one for each place where schemas are used."""
    parts = entry["old"], entry["new"], entry["near"], entry.get("components")
    for direction, scope in _PLACES:
        if direction not in entry["wire"] or (kind == "property" and scope != "body"):
            continue
        place = f"{direction}-{scope}" if kind == "schema" else direction
        wire, client = (
            level.get(place, level.get(direction, "safe")) if is_object(level) else level
            for level in (entry["wire"], entry.get("client", "safe"))
        )
        yield Rule(
            f"{place}-{entry['aspect']}",
            wire,
            client,
            entry["message"],
            levels[direction][wire],
            entry.get("adds", False),
            Example(kind, (direction, scope), *parts),
        )


def _lifecycle(entry: dict[str, Any]) -> Iterator[Rule]:
    """Yield the rules of one aspect: one for each part that says how long it lasts."""
    for part, kind, place in _LASTING:
        edits = (_lasting(part, entry[edit]) for edit in ("old", "new", "near"))
        message: str = entry["message"]
        yield Rule(
            f"{part}-{entry['aspect']}",
            entry["wire"],
            "safe",
            message.replace("{at}", "the operation") if part == "operation" else message,
            entry["why"],
            adds=False,
            example=Example(kind, place, *edits),
        )


def _lasting(part: str, says: dict[str, Any]) -> dict[str, Any]:
    """Return the example of a part that says something of its own lifecycle."""
    if part == "operation":
        return says
    if part == "parameter":
        schema = {"type": "integer"}
        return {"parameters": [{"name": "limit", "in": "query", **says, "schema": schema}]}
    return {"type": "object", "properties": {"a": {"type": "string", **says}}}


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
            "wire": {
                "request": "breaking" if narrows else "compatible",
                "response": "compatible" if narrows else "breaking",
            },
            "old": old,
            "new": new,
            "near": near,
        }


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
