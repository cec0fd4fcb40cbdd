from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import coze_client
import coze_core
from tests.core.imports import HEAVY, loaded_by

if TYPE_CHECKING:
    from types import ModuleType

PACKAGES = [coze_core, coze_client]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_the_public_names_are_one_sorted_list(package: ModuleType) -> None:
    names = list(package.__all__)
    assert len(names) == len(set(names))
    assert set(names) <= set(dir(package))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_checkers_and_programs_see_the_same_names(package: ModuleType) -> None:
    tree = ast.parse(Path(str(package.__file__)).read_text("utf-8"))
    (branch,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {
        alias.name
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == set(package.__all__)


@pytest.mark.parametrize("name", coze_core.__all__)
def test_every_name_of_the_core_is_there(name: str) -> None:
    assert getattr(coze_core, name) is getattr(coze_core, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'coze_core' has no attribute 'Typo'"):
        coze_core.Typo  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    ["import coze_client", "from coze_core import Resource", "from coze_client import __version__"],
)
def test_an_import_loads_nothing_heavy(statement: str) -> None:
    assert not loaded_by(statement) & set(HEAVY)


def test_errors_are_imported_without_httpx() -> None:
    assert not loaded_by("from coze_client import APIError, Response") & {"httpx", "anyio"}
