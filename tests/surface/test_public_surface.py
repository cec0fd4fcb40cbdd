"""What users may use: names, docstrings, and two clients that are alike."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
from functools import cached_property, reduce
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import coze_api.models
import coze_api.params
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
        ServerError Stream StreamError StreamResult TokenStore UnknownEvent __version__ audio callbacks
        events messages models params preload response_of sockets turn_with_tools
    """,
    coze_client.callbacks: """
        ASGIApp Answer Audit BodyTooLargeError Callback CallbackError CallbackEvent EventStore
        InProgressError MemoryStore PayloadError Receiver SignatureError StoreFullError
        TimestampError UnknownCallback parse signature
    """,
    coze_core: """
        APIConnectionError APIError APITimeoutError Advice AsyncClient AsyncDownload AsyncHTTPClient
        AsyncPage AsyncPages AsyncResource AsyncRounds AsyncSenders AsyncSocket AsyncStream
        AsyncToken AuthenticationError BatchOperation Callback ConflictError CozeError Download
        Endpoint ErrorTable Event FileContent HTTPAuth HTTPClient HTTPTimeout InvalidRequestError
        Job ListOperation NotFoundError NumberPaging Operation Outcome Page PermissionDeniedError
        Pipe Polling QuotaError RateLimitError Reconnected Recovery RequestInfo Resource Response
        ResponseInfo Rounds Senders ServerError Socket SocketEvent SocketOperation Stream
        StreamError StreamOperation StreamResult SyncClient Token TokenAuth TokenPaging TrackedFile
        UNSET UnknownCallback UnknownEvent UnknownSocketEvent Unset Wait WindowPaging arun
        awith_response check_deadline deprecated instead polled response_of run with_response
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
    r"\bAsyncPages\b": "Page",
    r"\b_PageIterator\[T\]": "Iterator[Page[T]]",
    r"\bAsyncGenerator\[(.*), None\]": r"Iterator[\1]",
    r"\bAwaitable\[([\w.]+|tuple\[.*?\])\]": r"\1",
    r"\bAsync(?=[A-Z])": "",
}
"""What stands in a synchronous annotation for what an asynchronous one says."""


def public(owner: object) -> dict[str, Any]:
    """Return the public members that a class has itself or inherits, apart from those of object."""
    names = (name for name in dir(owner) if not name.startswith("_"))
    return {name: inspect.getattr_static(owner, name) for name in names}


def tree(resource: type, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the methods of a resource and of all below it, by path."""
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


def signature(
    function: Callable[..., object], said: Callable[[object], object] = str
) -> tuple[list[tuple[object, ...]], object]:
    """Return the parameters and the result; ``said`` tells how to read an annotation."""
    message = inspect.signature(function)
    parameters = [
        (one.name, one.kind, one.default, said(one.annotation))
        for one in message.parameters.values()
    ]
    return parameters, said(message.return_annotation)


def awaited(annotation: object) -> str:
    """Return an annotation as the synchronous twin has it."""
    text = str(annotation)
    for theirs, ours in TWIN_TYPES.items():
        text = re.sub(theirs, ours, text)
    return text


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
    """Return the names of a package that have a docstring below their assignment."""
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


PARTS = [
    value
    for module in EXPORTED
    for name in module.__all__
    if isinstance(value := getattr(module, name), type) and value.__module__.startswith("coze_")
]


@pytest.mark.parametrize("owner", dict.fromkeys(PARTS), ids=lambda owner: owner.__qualname__)
def test_every_public_attribute_is_told_by_the_docstring_of_its_class(owner: type) -> None:
    kin = [base for base in owner.__mro__ if base.__module__.startswith("coze_")]
    message = "\n".join(base.__doc__ or "" for base in kin)
    for name in set[str]().union(*map(attributes, kin)):
        if not isinstance(inspect.getattr_static(owner, name, None), property):
            assert f" {name}: " in message, name


def attributes(owner: type) -> set[str]:
    """Return the public attributes that a class declares, or sets on its objects."""
    (body,) = ast.parse(dedent(inspect.getsource(owner))).body
    names: set[str] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {node.attr} if ast.unparse(node.value) == "self" else set()
    assert isinstance(body, ast.ClassDef)
    for node in body.body:
        if isinstance(node, ast.AnnAssign):
            names.add(ast.unparse(node.target))
    return {name for name in names if not name.startswith("_")}


def test_every_resource_and_all_in_it_has_a_docstring() -> None:
    for owner in (*resources(Coze), *resources(AsyncCoze)):
        assert owner.__doc__, owner
        for name in public(owner):
            assert inspect.getdoc(getattr(owner, name)), f"{owner.__name__}.{name}"


def resources(owner: type) -> Iterator[type]:
    """Yield the class of a resource and those of all below it."""
    yield owner
    for member in public(owner).values():
        if isinstance(member, cached_property):
            yield from resources(_class(inspect.signature(member.func).return_annotation))


def test_every_request_shape_has_a_docstring() -> None:
    body = ast.parse(Path(coze_api.params.__file__).read_text(encoding="utf-8")).body
    for node in body:
        if isinstance(node, ast.ClassDef):
            assert ast.get_docstring(node), node.name
        elif isinstance(node, ast.AnnAssign):
            assert ast.unparse(node.target) in DOCUMENTED, ast.unparse(node.target)


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
        coze = client("t")
        generated = getattr(coze_api.resources, api)(coze._client)
        for name in public(type(generated)):
            assert isinstance(getattr(coze, name), type(getattr(generated, name)))


@pytest.mark.parametrize("path", SYNC)
def test_methods_are_twins(path: str) -> None:
    one, other = SYNC[path], ASYNC[path]
    assert signature(one) == signature(other, awaited)
    assert one.__doc__ == other.__doc__
    assert one.__doc__
    returns = inspect.signature(one).return_annotation
    lazy = ("Page[", "Stream[", "sockets.")
    assert inspect.iscoroutinefunction(other) is not returns.startswith(lazy)
    assert not inspect.iscoroutinefunction(one)


def test_an_argument_that_need_not_be_given_is_shown_so() -> None:
    for method in (Coze, AsyncCoze, Coze.with_options, AsyncCoze.with_options):
        assert "= <default>" in str(inspect.signature(method))


PAIRS = [
    (coze_client.Coze, coze_client.AsyncCoze),
    (coze_client.Page, coze_client.AsyncPage),
    (coze_client.Stream, coze_client.AsyncStream),
    (coze_client.Download, coze_client.AsyncDownload),
    (coze_core.SyncClient, coze_core.AsyncClient),
]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda cls: cls.__name__)
def test_classes_are_twins(one: type, other: type) -> None:
    here, there = members(one), members(other)
    assert here.keys() == there.keys()
    for name, member in here.items():
        assert type(member) is type(there[name]), name
        if inspect.isfunction(member):
            assert signature(member) == signature(there[name], awaited), name


def members(owner: type) -> dict[str, Any]:
    """Return the public members and the constructor, by the names of the synchronous twin."""
    found = public(owner) | {"__init__": inspect.getattr_static(owner, "__init__")}
    return {name.replace("aclose", "close"): member for name, member in found.items()}
