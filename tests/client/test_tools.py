"""Chats that call functions, and workflows that ask, against the sandbox."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from coze_client import AsyncCoze, CozeError, models
from coze_client._jobs._tools import Tools
from coze_core import StreamResult
from coze_core._decode import build
from coze_sandbox import Sandbox, Scenario
from tests.client.rounds import FAULTS, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_client import params
    from tests.runner import Runner

    Run = Callable[..., "Ran"]

WHO = ContextVar("WHO", default="nobody")
CHAT: dict[str, Any] = {"bot_id": "1", "user_id": "me"}
POST, SUBMIT = "chat.stream", "chat.stream_submit_tool_outputs"


class Ran:
    """What came of a run."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.text = ""
        self.result: Any = None

    @property
    def names(self) -> list[str]:
        return [event.event for event in self.events]


@pytest.fixture
def run(run: Runner, coze_sandbox: Sandbox) -> Run:
    """Return a function that runs a chat whose bot asks for a tool."""
    coze_sandbox.scenario(Scenario(script="requires_action"), operation=POST)

    def chat(
        *, text: bool = False, leave: bool = False, seconds: float = 60, **options: Any
    ) -> Ran:
        ran = Ran()
        coze = run.coze(max_retries=1, timeout=seconds)
        with run.entered(coze.chat.run(**CHAT, **options)) as stream:
            while leave:
                if run.next(stream).event == "conversation.chat.requires_action":
                    return ran
            if text:
                ran.text = "".join(run.items(stream.text))
            ran.events = run.items(stream)
        ran.result = run(stream.final)
        return ran

    return chat


def get_weather(location: str, days: int = 1) -> dict[str, object]:
    return {"location": location, "days": days}


async def get_weather_slowly(location: str) -> str:
    await anyio.lowlevel.checkpoint()
    return f"sunny in {location}"


def output_of(sandbox: Sandbox) -> str:
    (body,) = sent(sandbox, SUBMIT)
    ((output,),) = [body["tool_outputs"]]
    assert output["tool_call_id"] == "call-1"
    return output["output"]


def test_a_function_is_called_and_its_output_is_sent(run: Run, coze_sandbox: Sandbox) -> None:
    ran = run(tools={"get_weather": get_weather})
    assert output_of(coze_sandbox) == '{"location":"Tokyo","days":1}'
    assert len(sent(coze_sandbox, POST)) == 1
    assert ran.names.count("done") == 2
    assert ran.names.index("conversation.chat.requires_action") < ran.names.index(
        "conversation.chat.completed"
    )
    assert ran.result.status == "completed"
    assert ran.result.messages[0].type == "function_call"


def test_an_async_function_is_awaited(run: Run, coze_sandbox: Sandbox) -> None:
    run(tools={"get_weather": get_weather_slowly})
    assert output_of(coze_sandbox) == "sunny in Tokyo"


def test_the_text_is_that_of_all_rounds(run: Run) -> None:
    ran = run(tools={"get_weather": get_weather}, text=True)
    assert ran.text == ran.result.text
    assert ran.text.startswith("Hello!")


def test_an_exception_is_the_output_of_its_tool(run: Run, coze_sandbox: Sandbox) -> None:
    def fail(location: str) -> str:
        raise LookupError(f"no weather in {location}")

    run(tools={"get_weather": fail})
    assert output_of(coze_sandbox) == "LookupError: no weather in Tokyo"


def test_an_exception_stops_the_run_where_that_is_asked(run: Run, coze_sandbox: Sandbox) -> None:
    def fail(location: str) -> str:
        raise LookupError(location)

    with pytest.raises(LookupError):
        run(tools={"get_weather": fail}, tool_errors="raise")
    assert not sent(coze_sandbox, SUBMIT)


def wants_a_number(location: int) -> str:
    return str(location)


def wants_another(city: str) -> str:
    return city


@pytest.mark.parametrize("function", [wants_a_number, wants_another])
def test_arguments_that_do_not_fit_are_told_to_the_bot(
    run: Run, coze_sandbox: Sandbox, function: Callable[..., object]
) -> None:
    run(tools={"get_weather": function})
    assert "the arguments of get_weather do not fit" in output_of(coze_sandbox)


def test_a_tool_that_is_not_there_is_named(run: Run, coze_sandbox: Sandbox) -> None:
    with pytest.raises(CozeError, match=r"calls get_weather, and tools has other.*chat_id=\d+"):
        run(tools={"other": get_weather})
    assert not sent(coze_sandbox, SUBMIT)


def test_a_bot_that_asks_without_end_is_stopped(run: Run, coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation=SUBMIT)
    with pytest.raises(CozeError, match="asks for tools again after 2 rounds"):
        run(tools={"get_weather": get_weather}, max_rounds=2)
    assert len(sent(coze_sandbox, SUBMIT)) == 2


def many(*location: str) -> str:
    return location[0]


no_hint: Any = eval("lambda location: location")  # noqa: S307  # what no checker lets pass
lost: Any = eval("lambda location: location")  # noqa: S307  # as above
lost.__annotations__["location"] = "Missing"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tools": {"a": no_hint}}, "the tool a has no type hint for location"),
        ({"tools": {"a": many}}, "the tool a has no type hint for location"),
        ({"tools": {"a": lost}}, "the tool a has hints that cannot be used: name 'Missing'"),
        ({"tools": {"a": 1}}, "the tool a must be a function, got int"),
        ({"tools": [get_weather]}, "tools must be a mapping of names to functions, got list"),
        ({"tools": {"a": get_weather}, "max_rounds": 0}, "max_rounds is 0"),
        ({"tools": {"a": get_weather}, "max_rounds": True}, "max_rounds is True"),
        ({"tools": {"a": get_weather}, "tool_errors": "hide"}, "tool_errors is 'hide'"),
        ({"tools": {"a": get_weather}, "auto_save_history": False}, "auto_save_history"),
    ],
)
def test_bad_input_is_one_error_before_anything_is_sent(
    run: Run, coze_sandbox: Sandbox, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(CozeError, match=message):
        run(**options)
    assert not coze_sandbox.requests


faults = pytest.mark.parametrize("fault", FAULTS)


@faults
@pytest.mark.parametrize("operation", [POST, SUBMIT])
def test_a_fault_of_any_round_is_raised_and_nothing_is_posted_twice(
    run: Run, coze_sandbox: Sandbox, operation: str, fault: str
) -> None:
    called: list[str] = []
    if operation == POST:
        coze_sandbox.reset()
    coze_sandbox.scenario(FAULTS[fault], operation=operation)
    with pytest.raises(CozeError):
        run(tools={"get_weather": lambda_of(called)}, seconds=0.5 if fault == "slow" else 60)
    later = operation == SUBMIT
    assert called == ["Tokyo"] * later
    assert len(sent(coze_sandbox, POST)) == 1
    assert len(sent(coze_sandbox, SUBMIT)) == later


def test_an_error_event_of_a_later_round_has_its_reason(run: Run, coze_sandbox: Sandbox) -> None:
    scenario = Scenario(error_event="error", code=4028, msg="no credits")
    coze_sandbox.scenario(scenario, operation=SUBMIT)
    with pytest.raises(CozeError, match="no credits"):
        run(tools={"get_weather": get_weather})
    assert len(sent(coze_sandbox, SUBMIT)) == 1


def lambda_of(called: list[str]) -> Callable[..., object]:
    def get_weather(location: str) -> str:
        called.append(location)
        return "sunny"

    return get_weather


def test_a_later_round_that_was_refused_is_sent_again(run: Run, coze_sandbox: Sandbox) -> None:
    called: list[str] = []
    coze_sandbox.scenario(Scenario(status=429, retry_after=0), operation=SUBMIT, times=1)
    assert run(tools={"get_weather": lambda_of(called)}).result.status == "completed"
    assert called == ["Tokyo"]


@pytest.mark.parametrize("after", [700, 1500, 2500])
def test_a_later_round_that_broke_is_recovered(run: Run, coze_sandbox: Sandbox, after: int) -> None:
    coze_sandbox.scenario(Scenario(cut_after=after), operation=SUBMIT)
    ran = run(tools={"get_weather": get_weather}, recover=True)
    assert ran.result.status == "completed"
    ids = [one.id for one in ran.result.messages]
    assert len(ids) == len(set(ids))
    assert len(sent(coze_sandbox, POST)) == len(sent(coze_sandbox, SUBMIT)) == 1


def test_a_run_that_is_left_calls_nothing(run: Run, coze_sandbox: Sandbox) -> None:
    called: list[str] = []
    run(tools={"get_weather": lambda_of(called)}, leave=True)
    assert not called
    assert not sent(coze_sandbox, SUBMIT)


def test_a_run_that_is_cancelled_while_a_tool_works_submits_nothing(coze_sandbox: Sandbox) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation=POST)

    async def main() -> None:
        async def get_weather(location: str) -> str:
            scope.cancel()
            await anyio.sleep_forever()
            return location

        with anyio.CancelScope() as scope:
            async with (
                AsyncCoze() as coze,
                coze.chat.run(**CHAT, tools={"get_weather": get_weather}) as stream,
            ):
                await stream.final()
        assert scope.cancelled_caught

    anyio.run(main)
    assert not sent(coze_sandbox, SUBMIT)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_run_that_is_cancelled_in_a_later_round_posts_nothing_more(
    coze_sandbox: Sandbox, backend: str
) -> None:
    coze_sandbox.scenario(Scenario(script="requires_action"), operation=POST)
    coze_sandbox.scenario(Scenario(script="requires_action", endless=True), operation=SUBMIT)

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with (
                AsyncCoze() as coze,
                coze.chat.run(**CHAT, tools={"get_weather": get_weather}) as stream,
            ):
                async for _ in stream:
                    if sent(coze_sandbox, SUBMIT):
                        scope.cancel()
        assert scope.cancelled_caught

    anyio.run(main, backend=backend)
    assert len(sent(coze_sandbox, POST)) == len(sent(coze_sandbox, SUBMIT)) == 1


def asking(*names: str) -> StreamResult:
    calls = [
        models.ToolCall(
            id=f"c{n}", type="function", function=models.ToolCallFunction(arguments="{}", name=name)
        )
        for n, name in enumerate(names)
    ]
    action = models.RequiredAction(
        type="submit_tool_outputs", submit_tool_outputs=models.SubmitToolOutputs(tool_calls=calls)
    )
    chat = models.Chat(id="1", conversation_id="2", status="asks", required_action=action)
    return StreamResult("", [], chat, chat.status, None)


def asking_as_it_came(*calls: object) -> StreamResult:
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [*calls]}}
    return StreamResult(
        "", [], build(models.Chat, {"id": "1", "required_action": action}), "", None
    )


def test_arguments_may_come_as_an_object() -> None:
    tools = Tools("chat.run", {"a": get_weather}, 10, "raise")
    call = {"id": 5, "function": {"name": "a", "arguments": {"location": "Oslo"}}}
    (output,) = tools.outputs(tools.asked(asking_as_it_came(call).end))
    assert output["tool_call_id"] == "5"
    assert "Oslo" in output["output"]


@pytest.mark.parametrize("call", [5, None, {}, {"function": "a"}, {"function": {"name": None}}])
def test_a_call_of_another_form_is_one_error(call: object) -> None:
    tools = Tools("chat.run", {"a": get_weather}, 10, "raise")
    with pytest.raises(CozeError, match="the bot calls what has no name"):
        tools.asked(asking_as_it_came(call).end)


def test_all_calls_of_a_round_are_made_at_once_and_answered_in_order() -> None:
    barrier = threading.Barrier(2, timeout=10)

    def first() -> str:
        barrier.wait()
        return "one"

    async def second() -> str:
        await anyio.to_thread.run_sync(barrier.wait)
        return "two"

    tools = Tools("chat.run", {"first": first, "second": second}, 10, "raise")
    calls = tools.asked(asking("first", "second").end)
    wanted = [{"tool_call_id": "c0", "output": "one"}, {"tool_call_id": "c1", "output": "two"}]
    assert tools.outputs(calls) == wanted
    assert anyio.run(tools.async_outputs, calls) == wanted


def test_a_round_has_the_context_of_its_caller_whose_thread_may_run_an_event_loop() -> None:
    tools = Tools("chat.run", {"first": who, "second": get_two}, 10, "raise")
    calls = tools.asked(asking("first", "second").end)

    async def main() -> list[params.ToolOutput]:
        WHO.set("Ada")
        return tools.outputs(calls)

    for backend in ("asyncio", "trio"):
        assert [one["output"] for one in anyio.run(main, backend=backend)] == ["Ada", "two"]


def who() -> str:
    return WHO.get()


async def get_two() -> str:
    await anyio.lowlevel.checkpoint()
    return "two"
