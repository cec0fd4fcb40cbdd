"""Runs all checks over a folder of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.conform.answers import check_answer, check_events
from generator.conform.examples import read_examples
from generator.conform.operations import Catalogue
from generator.conform.report import Check, Outcome, Report
from generator.conform.requests import check_request
from generator.conform.sockets import socket_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from generator.conform.examples import Example
    from generator.conform.operations import Operation
    from generator.conform.report import Kind


def conform(folder: Path) -> Report:
    """Hold the built client against all examples of a folder."""
    examples, catalogue = read_examples(folder), Catalogue()
    return Report(
        tuple(_outcome(example, catalogue) for example in examples.found),
        examples.broken,
        tuple(file.name for file in examples.others),
    )


def _outcome(example: Example, catalogue: Catalogue) -> Outcome:
    name = f"{example.method} {example.path}"
    operation = catalogue.find(example.method, example.path)
    if operation is None or example.unfit:
        reason = example.unfit or "the document has no such operation"
        return Outcome(example.file.name, name, reason=reason, unknown=not example.unfit)
    if not operation.methods:
        return Outcome(example.file.name, name, reason="no public method calls it")
    return Outcome(
        example.file.name,
        name,
        tuple(method.path for method in operation.methods),
        tuple(_checks(example, operation, catalogue)),
    )


def _checks(example: Example, operation: Operation, catalogue: Catalogue) -> Iterator[Check]:
    for number in range(len(example.requests)):
        yield from _safely(
            "request", number, lambda n=number: [check_request(operation, example, n)]
        )
    for number in range(len(example.responses)):
        yield from _safely(
            "response",
            number,
            lambda n=number: [
                check_answer(operation, example, n, catalogue.envelope).with_note(
                    *catalogue.unlisted(operation, example.method, example.responses[n])
                )
            ],
        )
    if example.streams:
        yield from _safely("event", 0, lambda: check_events(operation, example))
    for number, check in enumerate(socket_checks(operation, example, catalogue.senders)):
        yield from _safely("event", number, lambda one=check: [one()])


def _safely(kind: Kind, number: int, check: Callable[[], Iterable[Check]]) -> list[Check]:
    """Run a check; an exception that nobody foresaw is a finding, too."""
    try:
        return list(check())
    except Exception as error:  # noqa: BLE001  # the client may raise anything
        return [Check(kind, number + 1).failing(f"{type(error).__name__}: {error}")]
