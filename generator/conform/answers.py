"""Holds what the client makes of an answer against what a page documents."""

from __future__ import annotations

import json
from types import NoneType
from typing import TYPE_CHECKING, Any

from attrs import evolve

from coze_client import APIError
from generator.conform.arguments import arguments_for, some_arguments
from generator.conform.decoding import decoded
from generator.conform.exchange import Exchange
from generator.conform.leaves import leaves, lost
from generator.conform.report import Check
from generator.conform.requests import call
from generator.json_values import is_object

if TYPE_CHECKING:
    from generator.conform.examples import Example
    from generator.conform.operations import Method, Operation


def check_answer(
    operation: Operation, example: Example, number: int, envelope: frozenset[str]
) -> Check:
    """Answer a method with a documented answer, and look for all of it in the result.

    Args:
        operation: The operation.
        example: Its example.
        number: Which of the answers of the example, from 0.
        envelope: The fields of an answer that only wrap its result.
    """
    answer = example.responses[number]
    check = Check("response", number + 1)
    if not is_object(answer):
        return check.with_note("the answer of the example is no object")
    method = operation.plain or operation.methods[0]
    body = json.dumps(answer).encode()
    try:
        with Exchange(body).client() as client:
            result = call(client, method, arguments_like(operation, method, example))
    except APIError as error:
        return _refused(check, error, answer, method)
    endpoint = method.call
    if answer.get("code") or endpoint is None:
        return check.failing("it is taken for a success")
    kind: Any = endpoint.result()
    check = decoded(check, endpoint.decoder, body, kind)
    typed = result.data if method.kind == "list" else result
    if endpoint.unwrap:
        typed = {} if kind is NoneType else {endpoint.unwrap: typed}
    rest = {name: value for name, value in answer.items() if name not in envelope}
    if kind is NoneType:
        rest = {name: value for name, value in rest.items() if value}
    return evolve(check, leaves=_size(rest), lost=tuple(lost(rest, typed)) if rest else ())


def arguments_like(operation: Operation, method: Method, example: Example) -> dict[str, Any]:
    """The arguments of the first documented request, so far as there are any."""
    given = some_arguments(method)
    for request in example.requests[:1]:
        given |= arguments_for(operation, method, example.path, request).values
    return given


def _refused(check: Check, error: APIError, answer: dict[str, Any], method: Method) -> Check:
    if not answer.get("code"):
        if method.kind == "download":
            return check.with_note("the operation answers with a file")
        return check.failing(str(error))
    if str(error.code) != str(answer["code"]) or error.msg != answer.get("msg"):
        return check.failing(f"the error has the code {error.code} and the text {error.msg!r}")
    return check.with_note("it is an error, and raised as one")


def _size(rest: dict[str, Any]) -> int:
    return sum(1 for _ in leaves(rest)) if rest else 0
