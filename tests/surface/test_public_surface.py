"""What users may use: names, docstrings, and two clients that are alike."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
from functools import cached_property, reduce
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import coze_api.models
import coze_api.resources
import coze_client
import coze_client.callbacks
import coze_core
import coze_sandbox
from coze_client import AsyncCoze, Coze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXPORTED = {
    coze_client: """
        APIConnectionError APIError APITimeoutError AsyncCoze AsyncDownload AsyncPage AsyncPages
        AsyncStream AuthenticationError AuthorizationCodeAuth AuthorizationRequest ConflictError
        Coze CozeError DeviceAuthorization DeviceCodeAuth Download Event FileContent FileTokenStore
        InvalidRequestError JWTAuth MemoryTokenStore NotFoundError OAuthToken PKCEAuth Page
        PermissionDeniedError QuotaError RateLimitError RequestInfo Response ResponseInfo
        ServerError Stream StreamError TokenStore UnknownEvent __version__ callbacks events models
        params response_of
    """,
    coze_client.callbacks: """
        ASGIApp Answer Audit BodyTooLargeError Callback CallbackError CallbackEvent EventStore
        InProgressError MemoryStore PayloadError Receiver SignatureError StoreFullError
        TimestampError UnknownCallback parse signature
    """,
    coze_core: """
        APIConnectionError APIError APITimeoutError Advice AsyncClient AsyncDownload
        AsyncHTTPClient AsyncPage AsyncPages AsyncResource AsyncStream AsyncToken
        AuthenticationError BatchOperation Callback ConflictError CozeError Download Endpoint
        ErrorTable Event FileContent HTTPAuth HTTPClient HTTPTimeout InvalidRequestError
        ListOperation NotFoundError NumberPaging Operation Page PermissionDeniedError QuotaError
        RateLimitError Recovery RequestInfo Resource Response ResponseInfo ServerError Stream
        StreamError StreamOperation SyncClient Token TokenAuth TokenPaging UNSET UnknownCallback
        UnknownEvent Unset WindowPaging response_of
    """,
    coze_sandbox: "OAuth RecordedRequest Sandbox Scenario",
    coze_api.resources: "AsyncCozeAPI CozeAPI",
}
MODULES = [*EXPORTED, coze_api.models, importlib.import_module("coze_api.events")]
named = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)

SPEC: dict[str, Any] = json.loads(files("coze_api").joinpath("openapi.json").read_text("utf-8"))
OPERATIONS = [
    (path, operation.get("x-client-internal", False))
    for item in SPEC["paths"].values()
    for operation in item.values()
    for path in (operation["operationId"], operation.get("x-client-stream", {}).get("method"))
    if path
]
PUBLIC = [path for path, internal in OPERATIONS if not internal]
TWIN_TYPES = {
    "AsyncPages[": "Page[",
    "AsyncPage[": "Page[",
    "AsyncStream[": "Stream[",
    "AsyncDownload": "Download",
    "AsyncGenerator[": "Iterator[",
    "_PageIterator[T]": "Iterator[Page[T]]",
}


def public(owner: object) -> dict[str, Any]:
    """The public members that a class has itself or inherits, apart from those of object."""
    names = (name for name in dir(owner) if not name.startswith("_"))
    return {name: inspect.getattr_static(owner, name) for name in names}


def tree(resource: type, path: str = "") -> Iterator[tuple[str, Any]]:
    """The methods of a resource and of all below it, by path."""
    for name, member in public(resource).items():
        if isinstance(member, cached_property):
            kind = inspect.signature(member.func).return_annotation
            yield from tree(_class(kind), f"{path}{name}.")
        elif inspect.isfunction(member) and member.__module__.startswith("coze_api."):
            yield f"{path}{name}", member


def _class(name: str) -> type:
    for info in pkgutil.iter_modules(coze_api.resources.__path__, "coze_api.resources."):
        if hasattr(module := importlib.import_module(info.name), name):
            return getattr(module, name)
    raise LookupError(name)


SYNC, ASYNC = dict(tree(Coze)), dict(tree(AsyncCoze))


def signature(function: Callable[..., object]) -> list[tuple[str, object, object, object]]:
    return [
        (one.name, one.kind, one.default, one.annotation)
        for one in inspect.signature(function).parameters.values()
    ]


def awaited(annotation: str) -> str:
    """The return annotation that the synchronous twin has."""
    for theirs, ours in TWIN_TYPES.items():
        annotation = annotation.replace(theirs, ours)
    return annotation


@pytest.mark.parametrize("module", EXPORTED, ids=lambda module: module.__name__)
def test_these_names_are_exported_and_no_others(module: ModuleType) -> None:
    assert sorted(module.__all__) == sorted(EXPORTED[module].split())


@named
def test_every_exported_name_is_there(module: ModuleType) -> None:
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = module.nothing_like_it


def source_docs(folder: str) -> set[str]:
    """The names of a package that have a docstring below their assignment."""
    found: set[str] = set()
    package = importlib.import_module(folder)
    for root in package.__path__:
        for path in Path(root).rglob("*.py"):
            body = ast.parse(path.read_text(encoding="utf-8")).body
            for node, below in pairwise(body):
                if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(below, ast.Expr):
                    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
                    found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found


DOCUMENTED = source_docs("coze_core") | source_docs("coze_client") | source_docs("coze_api")


@named
def test_every_exported_name_has_a_docstring(module: ModuleType) -> None:
    assert module.__doc__
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, type | ModuleType) or inspect.isfunction(value):
            assert value.__doc__, name
        else:
            assert name in DOCUMENTED | {"__version__"}, name


@named
def test_every_public_member_has_a_docstring(module: ModuleType) -> None:
    for name in module.__all__:
        value = getattr(module, name)
        if not (isinstance(value, type) and value.__module__.startswith("coze_")):
            continue
        kinds = (property, classmethod, staticmethod, cached_property)
        for member_name, member in public(value).items():
            if inspect.isfunction(member) or isinstance(member, kinds):
                assert inspect.getdoc(getattr(value, member_name)), f"{name}.{member_name}"


def test_every_public_operation_is_reachable_from_both_clients() -> None:
    assert sorted(PUBLIC) == sorted(SYNC) == sorted(ASYNC)
    for root in (Coze("token"), AsyncCoze("token")):
        for path in PUBLIC:
            assert callable(reduce(getattr, path.split("."), root))


def test_no_internal_operation_is_reachable() -> None:
    internal = {path for path, hidden in OPERATIONS if hidden}
    assert not internal & (SYNC.keys() | ASYNC.keys())
    tops = {path.partition(".")[0] for path in internal} - {
        path.partition(".")[0] for path in PUBLIC
    }
    assert not tops & set(dir(Coze))


def test_nothing_hand_written_hides_a_resource() -> None:
    for client, api in ((Coze, "CozeAPI"), (AsyncCoze, "AsyncCozeAPI")):
        generated = getattr(coze_api.resources, api)
        for name in public(generated):
            assert inspect.getattr_static(client, name) is inspect.getattr_static(generated, name)


@pytest.mark.parametrize("path", SYNC)
def test_methods_are_twins(path: str) -> None:
    one, other = SYNC[path], ASYNC[path]
    assert signature(one) == signature(other)
    assert one.__doc__ == other.__doc__
    assert one.__doc__
    returns = inspect.signature(one).return_annotation
    assert returns == awaited(inspect.signature(other).return_annotation)
    lazy = ("Page[", "Stream[")
    assert inspect.iscoroutinefunction(other) is not returns.startswith(lazy)
    assert not inspect.iscoroutinefunction(one)


PAIRS = [
    (coze_client.Coze, coze_client.AsyncCoze),
    (coze_client.Page, coze_client.AsyncPage),
    (coze_client.Stream, coze_client.AsyncStream),
    (coze_client.Download, coze_client.AsyncDownload),
    (coze_core.SyncClient, coze_core.AsyncClient),
]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda cls: cls.__name__)
def test_classes_are_twins(one: type, other: type) -> None:
    here = {name.replace("aclose", "close"): member for name, member in public(one).items()}
    there = {name.replace("aclose", "close"): member for name, member in public(other).items()}
    assert here.keys() == there.keys()
    for name, member in here.items():
        if inspect.isfunction(member) and inspect.isfunction(there[name]):
            names = list(inspect.signature(member).parameters)
            assert names == list(inspect.signature(there[name]).parameters), name
    assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters)
