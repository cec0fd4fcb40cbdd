"""A judged change, and the verdict on all of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import frozen

from generator.diff.document import canonical
from generator.diff.rules import CLIENT, WIRE, worst_client, worst_wire

if TYPE_CHECKING:
    from pathlib import PurePath

    from generator.diff.rules import ClientLevel, Rule, WireLevel

Cause: TypeAlias = Literal["document", "overlay", "generator", "facade", "acceptance"]
Bump: TypeAlias = Literal["none", "patch", "minor", "major"]

_LONG: Final = 60


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
        wire = worst_wire({change.wire for change in changes})
        client = worst_client({change.client for change in changes})
        if wire == client == "none":
            return cls(wire, client, "none")
        if "breaking" in {wire, client}:
            return cls(wire, client, "major")
        if wire == "risky" or client == "typing" or any(change.rule.adds for change in changes):
            return cls(wire, client, "minor")
        return cls(wire, client, "patch")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
