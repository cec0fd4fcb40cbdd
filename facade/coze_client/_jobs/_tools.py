"""Call the functions that a bot asks for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_type_hints
from weakref import WeakKeyDictionary

import msgspec

from coze_api import models
from coze_client import messages
from coze_client._jobs._steps import check_rounds
from coze_core import CozeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from coze_api import params

ToolErrors: TypeAlias = Literal["output", "raise"]


class _Call(NamedTuple):
    """One call that the bot asks for."""

    id: str
    name: str
    arguments: str


class Tools:
    """The functions that a bot may call, and how often it may ask.

    Args:
        caller: The method that they are given to.
        functions: The functions by the names of the tools; sync or async, every parameter with a
            type hint.
        max_rounds: How often calls are answered at most.
        errors: Whether an exception is sent to the bot as the output of its tool, or raised.

    Raises:
        CozeError: A function or an argument makes no sense.
    """

    def __init__(
        self,
        caller: str,
        functions: Mapping[str, Callable[..., object]],
        max_rounds: int,
        errors: ToolErrors,
    ) -> None:
        check_rounds(caller, max_rounds)
        if not isinstance(functions, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # of callers without a checker
            raise CozeError(
                f"{caller}: tools must be a mapping of names to functions, got "
                f"{type(functions).__name__}. Pass one like {{'get_weather': get_weather}}."
            )
        if errors not in {"output", "raise"}:
            raise CozeError(f"{caller}: tool_errors is {errors!r}. Pass 'output' or 'raise'.")
        self._caller = caller
        self._functions = dict(functions)
        self._decoders = {
            name: _decoder(f"{caller}: the tool {name}", one)
            for name, one in self._functions.items()
        }
        self._rounds_left = self._max_rounds = max_rounds
        self._raise = errors == "raise"

    def asked(self, chat: object) -> list[_Call]:
        """Return the calls that a chat waits for.

        Raises:
            CozeError: One names no tool, or the bot has asked too often.
        """
        if not isinstance(chat, models.Chat) or not chat.required_action:
            return []
        wanted = getattr(chat.required_action, "submit_tool_outputs", None)
        calls = [_call(one) for one in getattr(wanted, "tool_calls", None) or ()]
        unknown = sorted({one.name for one in calls} - set(self._functions))
        if unknown:
            raise CozeError(
                f"{self._caller}: the bot calls {', '.join(unknown)}, and tools has "
                f"{', '.join(self._functions) or 'none'}. {_left_open(chat)}"
            )
        if calls and not self._rounds_left:
            raise CozeError(
                f"{self._caller}: the bot asks for tools again after {self._max_rounds} rounds. "
                f"Allow more with max_rounds=. {_left_open(chat)}"
            )
        self._rounds_left -= 1
        return calls

    def outputs(self, calls: list[_Call]) -> list[params.ToolOutput]:
        """Call the functions, all at once, and return their outputs in the order of the calls.

        The first one runs in the thread of the caller, the others in threads of their own.
        """
        first, *others = calls
        with ThreadPoolExecutor(len(calls)) as pool:  # which starts the threads that it needs
            later = [pool.submit(copy_context().run, self._output, call) for call in others]
            return [copy_context().run(self._output, first), *(one.result() for one in later)]

    async def async_outputs(self, calls: list[_Call]) -> list[params.ToolOutput]:
        """Call the functions, all at once, and return their outputs in the order of the calls.

        What is no coroutine function runs in a thread.
        """
        import anyio  # noqa: PLC0415  # loaded with the first round

        outputs: dict[int, params.ToolOutput] = {}
        failures: list[Exception] = []

        async def call_one(number: int, call: _Call) -> None:
            try:
                outputs[number] = await self._async_output(call)
            except Exception as error:  # noqa: BLE001  # raised below, in no group
                failures.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for number, call in enumerate(calls):
                group.start_soon(call_one, number, call)
        if failures:
            raise failures[0]
        return [outputs[number] for number in range(len(calls))]

    def _output(self, call: _Call) -> params.ToolOutput:
        try:
            value = self._functions[call.name](**self._arguments(call))
            value = _in_own_loop(value) if inspect.isawaitable(value) else value
            return messages.tool(call.id, value)
        except Exception as error:  # noqa: BLE001  # of the user's own function
            return self._failed(call, error)

    async def _async_output(self, call: _Call) -> params.ToolOutput:
        from anyio import to_thread  # noqa: PLC0415  # as above

        function = self._functions[call.name]
        try:
            arguments = self._arguments(call)
            if inspect.iscoroutinefunction(function):
                value = await function(**arguments)
            else:
                value = await to_thread.run_sync(lambda: function(**arguments))
                value = await value if inspect.isawaitable(value) else value
            return messages.tool(call.id, value)
        except Exception as error:  # noqa: BLE001  # as above
            return self._failed(call, error)

    def _arguments(self, call: _Call) -> dict[str, Any]:
        try:
            given = self._decoders[call.name].decode(call.arguments)
        except msgspec.MsgspecError as error:
            raise CozeError(f"the arguments of {call.name} do not fit: {error}") from error
        fields = {name: getattr(given, name) for name in given.__struct_fields__}
        return {name: value for name, value in fields.items() if value is not msgspec.UNSET}

    def _failed(self, call: _Call, error: Exception) -> params.ToolOutput:
        if self._raise:
            raise error
        return messages.tool(call.id, f"{type(error).__name__}: {error}")


def _call(asked: object) -> _Call:
    """Read a call, which the API may have written otherwise than it says."""
    function = getattr(asked, "function", None)
    name = getattr(function, "name", None) or getattr(asked, "type", None)
    arguments = getattr(function, "arguments", None) or "{}"
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments).decode()
    return _Call(str(getattr(asked, "id", None) or ""), str(name or "what has no name"), arguments)


def _in_own_loop(result: Awaitable[object]) -> object:
    """Await the result of a function in an event loop of its own, in the context of the caller."""
    import anyio  # noqa: PLC0415  # as above

    given = copy_context()

    async def in_context() -> object:
        for variable, value in given.items():
            if variable not in copy_context():  # what the loop has set is about the loop
                variable.set(value)
        return await result

    with ThreadPoolExecutor(1) as pool:  # the thread of the caller may have a loop already
        return pool.submit(anyio.run, in_context).result()


# Of functions, which programs define once and give to each run.
_decoders: WeakKeyDictionary[object, msgspec.json.Decoder[Any]] = WeakKeyDictionary()


def _decoder(tool: str, function: Callable[..., object]) -> msgspec.json.Decoder[Any]:
    """Return the decoder of the arguments of a tool."""
    if not inspect.isfunction(function):
        return _new_decoder(tool, function)
    if function not in _decoders:
        _decoders[function] = _new_decoder(tool, function)
    return _decoders[function]


def _new_decoder(tool: str, function: Callable[..., object]) -> msgspec.json.Decoder[Any]:
    if not callable(function):
        raise CozeError(f"{tool} must be a function, got {type(function).__name__}.")
    try:
        hints = get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters.values()
        named = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
        untyped = [one.name for one in parameters if one.name not in hints or one.kind not in named]
        if untyped:
            raise CozeError(
                f"{tool} has no type hint for {', '.join(untyped)}. Give each "
                "parameter a name and a hint, as in 'city: str'."
            )
        fields = [
            (one.name, hints[one.name])
            if one.default is one.empty
            else (one.name, hints[one.name] | msgspec.UnsetType, msgspec.UNSET)
            for one in parameters
        ]
        struct = msgspec.defstruct("Arguments", fields, kw_only=True, forbid_unknown_fields=True)
        return msgspec.json.Decoder(struct)
    except (NameError, TypeError, ValueError) as error:
        raise CozeError(f"{tool} has hints that cannot be used: {error}") from error


def _left_open(chat: models.Chat) -> str:
    return (
        f"The chat waits for their outputs. [conversation_id={chat.conversation_id}, "
        f"chat_id={chat.id}]"
    )
