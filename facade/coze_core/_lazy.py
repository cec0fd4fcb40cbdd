"""What stands for something else: for a module until it is used, for an argument not given."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and the ``__dir__`` of a package of lazily loaded names (PEP 562).

    Args:
        package: Its name.
        names: For each module, the names to take from it, with blanks between them. A module of
            the package may stand under its own name.
    """
    modules = {name: module for module, line in names.items() for name in line.split()}

    def load(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = __import__(modules[name], fromlist=[name])
        value = module if module.__name__ == f"{package}.{name}" else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    def names_of() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return load, names_of


class Later(ModuleType):
    """A stand-in for a module, which is loaded when it is first asked for a name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"The module `{name}`, loaded when it is first asked for a name.")

    def __getattr__(self, name: str) -> object:
        return getattr(__import__(self.__name__, fromlist=[name]), name)

    def __dir__(self) -> list[str]:
        return dir(__import__(self.__name__, fromlist=["*"]))


class Unset:
    """The type of `UNSET`."""

    def __repr__(self) -> str:
        return "<default>"


UNSET = Unset()
"""Stands for an argument that was not given, where ``None`` has a meaning of its own."""
