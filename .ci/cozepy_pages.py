"""Write docs/from-cozepy.md and docs/zh/from-cozepy.md: all of cozepy beside what is ours."""

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import yaml

from coze_client import Coze
from coze_core import Resource

ROOT: Final = Path(__file__).parents[1]
TARGETS: Final = {"en": ROOT / "docs/from-cozepy.md", "zh": ROOT / "docs/zh/from-cozepy.md"}
THEIRS: Final[dict[str, Any]] = json.loads((ROOT / ".ci/cozepy.json").read_text(encoding="utf-8"))
OURS: Final[dict[str, Any]] = json.loads(
    (ROOT / "generated/coze_api/manifest.json").read_text(encoding="utf-8")
)["surface"]
PATHS: Final[dict[str, Any]] = json.loads(
    (ROOT / "generated/coze_api/openapi.json").read_text(encoding="utf-8")
)["paths"]
NOTES: Final[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".ci/cozepy.yaml").read_text(encoding="utf-8")
)
WORDS: Final[dict[str, dict[str, str]]] = NOTES["words"]
_BREAK: Final = re.compile(
    r"(?<=[\u3000-\u303f\uff00-\uffef])\n(?!\n)|(?<=[\u4e00-\u9fff])\n(?=[\u3000-\u9fff])"
)
"""A break between Chinese letters, which a page would show as a space."""
_STREAMS: Final = {"ChatEventType": "events.ChatEvent", "WorkflowEventType": "events.WorkflowEvent"}
_GENERIC: Final = frozenset(
    {
        "LastIDPaged",
        "List",
        "ListResponse",
        "NumberPaged",
        "Stream",
        "TokenPaged",
    }
)


def page(language: str) -> str:
    """Return the page in one language."""
    say = {name: _BREAK.sub("", texts[language]) for name, texts in WORDS.items()}
    traps = "\n".join(
        f"* {_BREAK.sub('', one[language]).replace(chr(10), f'{chr(10)}  ')}"
        for one in NOTES["traps"]
    )
    parts = [
        say["introduction"].replace("VERSION", THEIRS["version"]).replace("COUNTS", counts()),
        f"## {say['traps']}\n\n{traps}",
        f"## {say['methods']}\n\n{say['methods_text']}",
        table(("cozepy", "coze-client", say["arguments"]), method_rows(say, language)),
        f"## {say['messages']}",
        table(("cozepy", "coze-client"), (map(code, row) for row in NOTES["messages"].items())),
        f"## {say['classes']}\n\n{say['classes_text']}",
        table(("cozepy", "coze-client"), class_rows(say)),
        f"## {say['events']}\n\n{say['events_text']}",
        table(("cozepy", "`event.event`", "`event.data`"), event_rows(say)),
        f"## {say['sockets']}\n\n{say['sockets_text']}",
        table(("cozepy", "coze-client", "`event.data`"), socket_rows(say)),
        f"## {say['enums']}\n\n{say['enums_text']}",
        table(("cozepy", say["texts"]), enum_rows()),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def our_method(name: str) -> str:
    """Return the path of our method for one of cozepy."""
    return NOTES["methods"].get(name, name)


def renamed(path: str) -> dict[str, str | None]:
    """Return our names of the arguments that cozepy calls otherwise."""
    verb, _, address = OURS["methods"].get(path, {}).get("operation", "").partition(" ")
    operation = PATHS.get(address, {}).get(verb.lower(), {})
    return operation.get("x-client-instead", {}) | NOTES["arguments"].get(path, {})


def arguments_of(path: str) -> list[str]:
    """Return what our method takes."""
    tree = Coze.__new__(Coze)
    Resource.__init__(tree, None)  # type: ignore[arg-type]  # names, no calls
    method: Callable[..., Any] = reduce(getattr, path.split("."), tree)
    names: list[str] = []
    for one in inspect.signature(method).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            (fields,) = get_args(get_type_hints(method)[one.name])
            names += get_type_hints(fields)
        else:
            names.append(one.name)
    return names


def counts() -> str:
    """Return how many methods of cozepy have the same name here, and how many it has."""
    same = [name for name in THEIRS["methods"] if our_method(name) == name]
    return f"{len(same)} / {len(THEIRS['methods'])}"


def method_rows(say: Mapping[str, str], language: str) -> Iterator[Sequence[str]]:
    """Yield a row for each method: ours, and what becomes of each argument."""
    for name, method in THEIRS["methods"].items():
        ours = our_method(name)
        takes, names = arguments_of(ours), renamed(ours)
        same = [one for one in method["arguments"] if one in takes]
        parts = [say["comma"].join(map(code, same))]
        for one in method["arguments"]:
            if one not in takes:
                new = names[one]
                parts.append(f"**{code(one)}** → {code(new) if new else say['gone']}")
        note = NOTES["notes"].get(ours, {}).get(language, "")
        yield (
            code(name),
            say["same"] if ours == name else f"**{code(ours)}**",
            say["and"].join(filter(None, (*parts, note))),
        )


def class_rows(say: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Yield a row for each public name but those of enumerations and sockets."""
    paired = pairs()
    for name, about in THEIRS["names"].items():
        if about["kind"] == "enum" or "event" in about:
            continue
        ours = [*paired.get(name, ()), *filter(None, NOTES["names"].get(name, "").split(", "))]
        if not ours:
            raise LookupError(f"{name} leads nowhere: add it to `names` in .ci/cozepy.yaml")
        yield code(name), ", ".join(say["nothing"] if one == "None" else code(one) for one in ours)


def pairs() -> dict[str, list[str]]:
    """Return our classes by the class of cozepy in whose place they stand.

    They are found where results, arguments and fields of the same name have them.
    """
    found: dict[str, list[str]] = {}
    for name, method in THEIRS["methods"].items():
        ours = OURS["methods"].get(our_method(name))
        if ours:
            pair(found, method["returns"], ours["returns"])
            for argument, kind in method["arguments"].items():
                new = renamed(our_method(name)).get(argument, argument)
                if new in ours["arguments"]:
                    pair(found, kind, ours["arguments"][new]["type"])
    return found


def pair(found: dict[str, list[str]], theirs: str, ours: str) -> None:
    """Note that two types stand for each other, and so do the types of their fields."""
    left = [
        one for one in re.findall(r"\w+", theirs) if one not in _GENERIC and one in THEIRS["names"]
    ]
    if ours == "None" and theirs != "None":
        left, right = [theirs], ["None"]
    else:
        right = [qualified(one) for one in re.findall(r"[\w.]+", ours)]
        right = [one for one in right if one]
    if len(left) != 1 or len(right) != 1 or right[0] in found.setdefault(left[0], []):
        return
    found[left[0]].append(right[0])
    package, _, name = right[0].partition(".")
    part, members = ("models", "fields") if package == "models" else ("shapes", "keys")
    fields = OURS[part].get(name, {}).get(members, {})
    for field, kind in THEIRS["names"].get(left[0], {}).get("fields", {}).items():
        if field in fields:
            pair(found, kind, fields[field]["type"])


def qualified(name: str) -> str:
    """Return a class of ours with its module; an empty text for what is none."""
    last = name.rpartition(".")[2]
    for part, package in (("shapes", "params"), ("models", "models")):
        if ((name == last and part == "models") or name.startswith(package)) and last in OURS[part]:
            return f"{package}.{last}"
    return ""


def event_rows(say: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Yield a row for each event of a stream."""
    errors = {
        error
        for method in OURS["methods"].values()
        for error in method.get("behaviour", {}).get("stream-errors", ())
    }
    for name, ours in _STREAMS.items():
        data = OURS["events"][ours.removeprefix("events.")]
        for member, value in THEIRS["names"][name]["values"].items():
            unknown = say["raises"] if value in errors or value == "Error" else "`UnknownEvent`"
            cell = code(data[value]) if value in data else unknown
            yield code(f"{name}.{member}"), code(json.dumps(value)), cell


def socket_rows(say: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Yield a row for each event of a WebSocket."""
    sent = {name.partition(".")[2] for name in OURS["senders"]}
    received: dict[str, str] = {}
    for name, events in OURS["events"].items():
        if name.endswith("SocketEvent"):
            received |= events
    for name, about in THEIRS["names"].items():
        event = about.get("event")
        if event in sent:
            yield code(name), code(f"socket.{event}(...)"), ""
        elif event:
            data = received.get(event)
            yield code(name), code(json.dumps(event)), code(data) if data else say["raises"]


def enum_rows() -> Iterator[Sequence[str]]:
    """Yield a row for each enumeration: what is written instead."""
    for name, about in THEIRS["names"].items():
        if about["kind"] == "enum":
            values = about["values"].values()
            yield code(name), ", ".join(code(json.dumps(one)) for one in values)


def code(text: str) -> str:
    """Return a text as code in a cell."""
    return f"`{text}`".replace("|", r"\|")


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    for language, target in TARGETS.items():
        target.parent.mkdir(exist_ok=True)
        target.write_text(page(language), encoding="utf-8")
