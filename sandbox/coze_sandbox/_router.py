"""The way from a method and a path to an operation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from coze_sandbox._errors import INVALID, RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coze_sandbox._document import Operation


class Router:
    """Finds the operation for a method and a path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._paths: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            self._paths.setdefault(operation.path, {})[operation.method] = operation
        # A path without variables is meant before one that has some.
        self._patterns = [
            (re.compile(_pattern(path)), re.findall(r"{([^}]+)}", path), methods)
            for path, methods in sorted(self._paths.items(), key=lambda one: one[0].count("{"))
        ]

    def find(self, method: str, path: str, *, strict: bool) -> tuple[Operation, dict[str, str]]:
        """Find the operation, and what its path parameters hold.

        Args:
            method: the HTTP method.
            path: the path as it was sent, still percent-encoded.
            strict: whether the method counts on a path that has a single operation.

        Raises:
            RefusalError: no path matches (404), or none of its methods (405).
        """
        for pattern, names, methods in self._patterns:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if not strict and len(methods) == 1:
                method = next(iter(methods))
            if method not in methods:
                allowed = ", ".join(sorted(methods))
                raise RefusalError(
                    f"{path} does not take {method}; it takes {allowed}",
                    status=405,
                    headers={"allow": allowed},
                )
            values = (unquote(value) for value in match.groups())
            return methods[method], dict(zip(names, values, strict=True))
        raise RefusalError(f"no operation has the path {path}", status=404, code=INVALID)


def _pattern(path: str) -> str:
    return "".join(
        "([^/]+)" if part.startswith("{") else re.escape(part)
        for part in re.split(r"({[^}]+})", path)
    )
