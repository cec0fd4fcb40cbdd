"""Hints resolve at run time, as pydantic, LangChain, FastMCP, typer and the like ask them to."""

from __future__ import annotations

import inspect
import typing
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

from coze_client import AsyncCoze, Coze, messages
from coze_core import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(resource: Resource | AsyncResource) -> Iterator[object]:
    """All resources of a client, itself the first."""
    yield resource
    for name in dir(type(resource)):
        if not name.startswith("_"):
            child = getattr(resource, name)
            if isinstance(child, Resource | AsyncResource):
                yield from tree(child)


def callables() -> dict[str, Any]:
    """All methods of both clients, their constructors, and what makes messages."""
    found = {f"messages.{name}": getattr(messages, name) for name in messages.__all__}
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
    assert hints.keys() == member.__annotations__.keys()
    assert not any(isinstance(hint, str | typing.ForwardRef) for hint in hints.values())


def test_all_methods_are_among_them() -> None:
    assert len(CALLABLES) > 2 * 121
