"""A tour of the client: against the embedded sandbox, or the real service with COZE_API_TOKEN set.

Run it with ``make run``, or ``make run COZE_API_TOKEN=pat_...``. On the real service the chat and
the workflow need ids of your own: COZE_BOT_ID and COZE_WORKFLOW_ID.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console

from coze_client import APIError, Coze, CozeError, audio, response_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

console = Console(highlight=False)
PAGES = 3
PATIENCE = 60  # seconds for a turn of a socket, which the service may never end


def main() -> None:
    """Take all stops of the tour."""
    with connect() as coze:
        store_plugins(coze)
        chat(coze)
        workflow(coze)
        sockets(coze)
        error(coze)


@contextmanager
def connect() -> Generator[Coze]:
    """Return a client of the real service where there is a token, else of the sandbox."""
    if os.environ.get("COZE_API_TOKEN"):
        with Coze() as coze:
            yield coze
        return
    from coze_sandbox import Sandbox

    with Sandbox() as sandbox, Coze(base_url=sandbox.url, token="sandbox") as coze:
        console.print(f"sandbox at {sandbox.url}")
        yield coze


def store_plugins(coze: Coze) -> None:
    """List the plugin store across pages, then fetch two of the plugins at once."""
    heading("Store plugins, page by page")
    page = coze.stores.plugins.list(page_size=20)
    ids: list[str] = []
    for number, part in enumerate(page.iter_pages(), 1):
        console.print(f"page {number}: {len(part.items)} plugins, more: {part.has_more}")
        ids += [str(item.metainfo.entity_id) for item in part.items if item.metainfo]
        if not part.has_more or number == PAGES:
            break
    heading("Two plugins by mget")
    result = coze.plugins.mget(ids=ids[:2])
    for plugin in result.items or ():
        tools = ", ".join(str(tool.name) for tool in plugin.tools or ())
        console.print(f"{plugin.plugin_id}  {plugin.name_for_model}  tools: {tools}")
    console.print(f"log id {response_of(result).logid}")


def chat(coze: Coze) -> None:
    """Stream a chat token by token."""
    bot_id = own("COZE_BOT_ID", "7493066380997000000")
    if not bot_id:
        return
    heading("A chat, token by token")
    question = "Why did the ruler go to the cinema?"
    with coze.chat.stream(
        bot_id=bot_id,
        user_id="tour",
        additional_messages=[{"role": "user", "content": question, "content_type": "text"}],
    ) as stream:
        for event in stream:
            if event.event == "conversation.message.delta":
                console.print(event.data.content or "", end="")
            elif event.event == "conversation.chat.completed" and event.data.usage:
                console.print(f"\n{event.data.usage.token_count} tokens")


def workflow(coze: Coze) -> None:
    """Run a workflow and wait for its result."""
    workflow_id = own("COZE_WORKFLOW_ID", "7366468917055000000")
    if not workflow_id:
        return
    heading("A workflow run")
    run = coze.workflows.runs.create(workflow_id=workflow_id, parameters={"user_name": "George"})
    console.print(f"data: {run.data}")
    console.print(f"debug: {run.debug_url}")


def sockets(coze: Coze) -> None:
    """Open each socket once, and tell what the document lacks of its events."""
    heading("Sockets")
    opened = coze.with_options(keep_extra=True).websockets
    text = {"delta": "Why did the ruler go to the cinema?"}
    written = [("input_text_buffer.append", text), ("input_text_buffer.complete", None)]
    speech = audio.chunks(visit(opened.audio.speech.create(), *written) or bytes(48_000))
    chunks = [("input_audio_buffer.append", {"delta": chunk}) for chunk in speech]
    spoken = [*chunks, ("input_audio_buffer.complete", None)]
    settings = {"input_audio": speech.format}
    visit(opened.audio.transcriptions.create(), ("transcriptions.update", settings), *spoken)
    visit(
        opened.audio.simult_interpretation.create(),
        ("simult_interpretation.update", settings),
        *spoken,
    )
    if bot_id := own("COZE_BOT_ID", "7493066380997000000"):
        visit(opened.chat.create(bot_id=bot_id), ("chat.update", settings), *spoken)


def visit(socket: Any, *sent: tuple[str, object]) -> bytes:
    """Send events, read those of a turn, and return the audio in them."""
    received: list[Any] = []
    name = type(socket).__name__
    limit = Timer(PATIENCE, socket.close)
    try:
        with socket:
            limit.start()
            for event_type, data in sent:
                socket.send({"event_type": event_type, "data": data})
            received.extend(socket.turn())
            console.print(f"{name}: {len(received)} events, log id {socket.response.logid}")
    except CozeError as failed:
        console.print(f"{name}: {len(received)} events, then it failed: {failed}")
    finally:
        limit.cancel()
    found = sorted({one for event in received for one in lacking(event)})
    if received:
        console.print(f"  the document lacks: {', '.join(found) or 'nothing'}")
    else:
        console.print("  nothing came, so what the document lacks stays unknown")
    pieces = (getattr(event.data, "delta", None) for event in received)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def lacking(event: Any) -> Iterator[str]:
    """Yield what of an event the document does not describe."""
    if event.event_type == "unknown":
        yield event.name or "an event without a name"
    elif isinstance(event.data, dict):
        yield f"{event.event_type}: data"
    else:
        yield from extra(event.data, f"{event.event_type}: data")


def extra(value: object, place: str) -> Iterator[str]:
    """Yield the fields of a value, at any depth, that its model does not have."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from extra(item, place)
    elif hasattr(value, "extra"):
        yield from (f"{place}.{name}" for name in cast("Any", value).extra)
        for name, inner in vars(value).items():
            yield from extra(inner, f"{place}.{name}")


def error(coze: Coze) -> None:
    """Show what an error says."""
    heading("An error")
    failing = coze.with_options(headers={"x-sandbox-scenario": "code=4200; msg=no such bot"})
    try:
        failing.bots.retrieve(bot_id="0")
    except APIError as refused:
        console.print(f"{type(refused).__name__}: {refused}")
        console.print(f"code {refused.code}, log id {refused.logid}")


def own(variable: str, default: str) -> str:
    """Return an id of the user's own account, or the sandbox's."""
    if not os.environ.get("COZE_API_TOKEN"):
        return default
    value = os.environ.get(variable, "")
    if not value:
        console.print(f"\n(skipped: set {variable} to see this stop on the real service)")
    return value


def heading(text: str) -> None:
    """Announce a stop."""
    console.print(f"\n[bold]{text}[/bold]")


if __name__ == "__main__":
    main()
