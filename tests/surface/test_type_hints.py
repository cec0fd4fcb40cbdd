"""Hints resolve at run time, as pydantic, LangChain, FastMCP, typer and the like ask them to."""

from __future__ import annotations

import inspect
import typing
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import coze_client
import coze_sandbox
from coze_client import AsyncCoze, Coze, callbacks, messages
from coze_core import AsyncResource, AsyncRounds, Resource, Rounds

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(resource: Resource | AsyncResource) -> Iterator[object]:
    """Yield all resources of a client, itself the first."""
    yield resource
    for name in dir(type(resource)):
        if not name.startswith("_"):
            child = getattr(resource, name)
            if isinstance(child, Resource | AsyncResource):
                yield from tree(child)


def methods_of(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of a class, its constructor and its iteration."""
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        member = (
            member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        )
        is_ours = inspect.isfunction(member) and member.__module__.startswith("coze_")
        if is_ours and (name.startswith("__") or not name.startswith("_")):
            yield f"{cls.__name__}.{name}", member


def exported() -> Iterator[tuple[str, Any]]:
    """Yield what users import beside the clients: functions, and the methods of classes."""
    for module in (coze_client, callbacks, coze_sandbox):
        for member in (getattr(module, name) for name in module.__all__):
            if inspect.isclass(member):
                yield member.__name__, member
                yield from methods_of(member)
            elif inspect.isfunction(member):
                yield member.__name__, member
    for rounds in (Rounds, AsyncRounds):
        yield from methods_of(rounds)


def callables() -> dict[str, Any]:
    """Return all methods of both clients, what makes messages, and what else users import."""
    found = {f"messages.{name}": getattr(messages, name) for name in messages.__all__}
    found.update(exported())
    for client in (Coze("t"), AsyncCoze("t")):
        found[f"{type(client).__name__}()"] = type(client).__init__
        for resource in tree(client):
            methods = inspect.getmembers(resource, inspect.ismethod)
            found |= {
                f"{type(resource).__name__}.{name}": method.__func__
                for name, method in methods
                if not name.startswith("_")
            }
    return found


CALLABLES = callables()


@pytest.mark.parametrize("name", CALLABLES)
def test_all_hints_of_a_public_callable_resolve(name: str) -> None:
    member = CALLABLES[name]
    hints = get_type_hints(member)
    assert hints.keys() >= member.__annotations__.keys()
    assert not any(isinstance(hint, str | typing.ForwardRef) for hint in hints.values())


def test_all_methods_are_among_them() -> None:
    assert len(CALLABLES) > 2 * 121 + 200
    assert CALLABLES.keys() > {
        "JWTAuth.__init__",
        "PKCEAuth.alogin",
        "Receiver.areceive",
        "Page.next_page",
        "Rounds.text",
        "AsyncDownload.write_to",
        "Sandbox.answer",
        "OAuth.register",
        "parse",
    }
