"""Who may call is judged by what holds for each operation in the end, wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from generator.diff.rules import Verdict
from tests.diff.diff_samples import Json, compare, document

if TYPE_CHECKING:
    from generator.diff.rules import WireLevel

SCHEMES: Final = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "token": {"type": "http", "scheme": "bearer"},
}
KEY: Final = [{"key": []}]
TOKEN: Final = [{"token": []}]
# What the document says for all operations, and what the one operation says.
STATES: Final[dict[str, tuple[Json, Json]]] = {
    "nothing": (None, None),
    "own nobody": (None, []),
    "own key": (None, KEY),
    "own key or nobody": (None, [*KEY, {}]),
    "key": (KEY, None),
    "key, own nobody": (KEY, []),
    "key, own key": (KEY, KEY),
    "key, own token": (KEY, TOKEN),
}
EFFECTIVE: Final = {
    "nothing": "open",
    "own nobody": "open",
    "own key": "key",
    "own key or nobody": "either",
    "key": "key",
    "key, own nobody": "open",
    "key, own key": "key",
    "key, own token": "token",
}
WIRE: Final[dict[tuple[str, str], WireLevel]] = {
    ("open", "key"): "breaking",
    ("open", "token"): "breaking",
    ("open", "either"): "compatible",
    ("key", "open"): "risky",
    ("key", "either"): "compatible",
    ("key", "token"): "breaking",
    ("token", "open"): "risky",
    ("token", "key"): "breaking",
    ("token", "either"): "risky",
    ("either", "open"): "risky",
    ("either", "key"): "breaking",
    ("either", "token"): "breaking",
}


def made(state: str) -> Json:
    shared, own = STATES[state]
    answer = {"responses": {"200": {"description": "ok"}}}
    pets = answer if own is None else answer | {"security": own}
    health = answer | {"security": []}
    found = document(
        {"/pets": {"get": pets}, "/health": {"get": health}},
        components={"securitySchemes": SCHEMES},
    )
    return found if shared is None else found | {"security": shared}


@pytest.mark.parametrize("new", STATES)
@pytest.mark.parametrize("old", STATES)
def test_what_holds_in_the_end_counts(old: str, new: str) -> None:
    expected = WIRE.get((EFFECTIVE[old], EFFECTIVE[new]), "none")
    assert Verdict.on(compare(made(old), made(new))).wire == expected


READ: Final = {"token": ["read"]}
WRITE: Final = {"token": ["write"]}


@pytest.mark.parametrize(
    ("old", "new", "wire", "found"),
    [
        ([READ, WRITE], [WRITE, READ], "none", set[str]()),
        ([READ, READ], [READ], "none", set[str]()),
        ([READ], [READ, WRITE], "compatible", {"security-alternative-added token (write)"}),
        ([READ, WRITE], [WRITE], "breaking", {"security-alternative-removed token (read)"}),
        (
            [READ, WRITE],
            [READ, {"token": ["admin"]}],
            "breaking",
            {"security-scope-added token: admin", "security-scope-removed token: write"},
        ),
        (
            [{"token": ["read", "write"]}],
            [WRITE, {"token": []}],
            "compatible",
            {"security-scope-removed token: read", "security-alternative-added token (no scope)"},
        ),
    ],
)
def test_alternatives_of_one_scheme_are_matched_whole(
    old: Json, new: Json, wire: str, found: set[str]
) -> None:
    def with_security(alternatives: Json) -> Json:
        answer = {"responses": {"200": {"description": "ok"}}, "security": alternatives}
        return document({"/pets": {"get": answer}}, components={"securitySchemes": SCHEMES})

    changes = compare(with_security(old), with_security(new))
    assert Verdict.on(changes).wire == wire
    assert {f"{change.id} {change.new or change.old}" for change in changes} == found
