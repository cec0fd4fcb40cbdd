"""Mistakes that users make, each on a line of its own: both type checkers must find every one.

The lines marked ``# mistake`` are wrong, all others are right. Never run.
"""

from __future__ import annotations

import httpx

from coze_client import (
    APIError,
    AsyncCoze,
    Coze,
    DeviceCodeAuth,
    FileTokenStore,
    JWTAuth,
    PKCEAuth,
    callbacks,
    events,
    models,
    params,
)


def use(*values: object) -> None:
    """Take what would be unused otherwise."""


def arguments(coze: Coze) -> None:
    coze.bots.retrieve(bot_id="1", is_published=True)
    coze.bots.retrieve(bot_idd="1")  # mistake: misspelt argument
    coze.bots.retrieve()  # mistake: missing required argument
    coze.bots.retrieve("1")  # mistake: positional argument
    coze.bots.retrieve(bot_id=1)  # mistake: wrong type
    coze.bots.retrieve(bot_id=None)  # mistake: nothing for a required argument
    coze.bots.retrieve(bot_id="1", is_published="yes")  # mistake: wrong type
    coze.plugins.mget(ids=[1, 2])  # mistake: wrong type of the items
    coze.plugins.mget(ids=7)  # mistake: one value for many
    coze.chat.create(bot_id="1", user_id="u", stream=True)  # mistake: the switch is no argument
    coze.chat.create(bot_id="1", user_id="u", meta_data={"a": 1})  # mistake: wrong type in a map
    coze.bots.list(workspace_id="1", publish_status="all")
    coze.bots.list(workspace_id="1", publish_status="published")  # mistake: no such literal
    coze.bots.list(workspace_id="1", page_num="one")  # mistake: wrong type
    coze.files.upload(file=b"content")
    coze.files.upload(file=7)  # mistake: no content of a file
    coze.files.upload(file=("a.png", "content"))  # mistake: text for bytes
    coze.audio.speech.create(input="hi", voice_id="1").write_to()  # mistake: missing path


def attributes(coze: Coze, event: events.ChatEvent, run: models.WorkflowRun) -> None:
    coze.bots.list_published(space_id="1")  # mistake: deprecated
    coze.bots.retrive(bot_id="1")  # mistake: no such method
    use(coze.knowledge.documents)  # mistake: no such resource
    coze.bots.list(space_id="1")  # mistake: no such argument
    use(event.message)  # mistake: its data
    use(run["output"])  # mistake: no dict
    for _ in run:  # mistake: no stream
        pass


def dict_literals(coze: Coze) -> None:
    right: params.EnterMessage = {"role": "user", "content": "hi"}
    coze.chat.create(bot_id="1", user_id="u", additional_messages=[right])
    misspelt: params.EnterMessage = {"role": "user", "contents": "hi"}  # mistake: misspelt key
    misvalued: params.EnterMessage = {"role": "usr", "content": "hi"}  # mistake: no such literal
    mistyped: params.EnterMessage = {"role": "user", "content": 7}  # mistake: wrong type
    incomplete: params.EnterMessage = {"content": "hi"}  # mistake: missing required key
    coze.chat.create(bot_id="1", user_id="u", additional_messages=right)  # mistake: one for many
    several = [misspelt, misvalued, mistyped, incomplete]
    coze.chat.create(bot_id="1", user_id="u", additional_messages=several)
    one = {"role": "user", "contents": "hi"}
    coze.chat.create(bot_id="1", user_id="u", additional_messages=[one])  # mistake: any dict
    coze.bots.create(space_id="1", name="n", prompt_info={"prompt": "p"})
    coze.bots.create(space_id="1", name="n", prompt_info={"promt": "p"})  # mistake: misspelt key
    right["roll"] = "user"  # mistake: misspelt key
    right["role"] = "bot"  # mistake: no such literal


def names(coze: Coze) -> None:
    coze.bot.retrieve(bot_id="1")  # mistake: unknown resource
    coze.bots.retreive(bot_id="1")  # mistake: unknown method
    coze.bots.version.list(bot_id="1")  # mistake: unknown resource below another
    coze.aclose()  # mistake: a method of the other client
    _ = models.Bott  # mistake: unknown model
    _ = models.BotMode.MULTI  # mistake: unknown member
    _ = events.ChatEvents  # mistake: unknown union
    _ = params.EnterMesage  # mistake: unknown shape


def results(coze: Coze) -> None:
    bot = coze.bots.retrieve(bot_id="1")
    use(bot.nam)  # mistake: misspelt field
    use(bot.name.upper())  # mistake: the field may be missing
    name: str = bot  # mistake: wrong type of the result
    nothing: str = coze.bots.update(bot_id="1")  # mistake: there is no result
    page = coze.bots.list(workspace_id="1")
    use(page.item)  # mistake: misspelt attribute
    use(page.next_page().items)  # mistake: there may be no next page
    count: int = page.total  # mistake: there may be no total
    first: models.Bot = page.items[0]  # mistake: a summary is not the whole
    use(name, nothing, count, first)


def responses(coze: Coze) -> None:
    coze.with_response(coze.bots.update, bot_id="1", name="n")
    coze.with_response(coze.bots.update, bot_idd="1")  # mistake: misspelt argument
    coze.with_response(coze.bots.update)  # mistake: missing required argument
    coze.with_response(coze.bots.update(bot_id="1"))  # mistake: the result of a call
    bot: models.Bot = coze.with_response(coze.bots.retrieve, bot_id="1")  # mistake: not unwrapped
    use(bot)


def streamed(event: events.ChatEvent) -> None:
    use(event.data.content)  # mistake: not every event has it
    if event.event == "conversation.message.dleta":  # mistake: no such event
        return
    if event.event == "conversation.chat.completed":
        use(event.data.status)
        use(event.data.content)  # mistake: a chat has none
    elif event.event == "done":
        use(event.data.content)  # mistake: a text has none
    elif event.event != "unknown":
        use(event.name)  # mistake: only unknown events have it


def workflow(event: events.WorkflowEvent) -> None:
    if event.event == "Message":
        use(event.data.node_title)
    elif event.event == "message":  # mistake: no such event
        return
    elif event.event == "Interrupt":
        use(event.data.node_title, event.data.interrupt_data)
        use(event.data.content)  # mistake: an interrupt has none


def synchronous(coze: Coze, other: AsyncCoze) -> None:
    use(other.bots.retrieve(bot_id="1").name)  # mistake: not awaited
    for _ in other.bots.list(workspace_id="1"):  # mistake: async for
        pass
    use(other.bots.list(workspace_id="1").items)  # mistake: not awaited
    with other.chat.stream(bot_id="1", user_id="u"):  # mistake: async with
        pass
    with other:  # mistake: async with
        pass
    synchronous(other, other)  # mistake: the other client
    use(coze)


async def asynchronous(coze: AsyncCoze, other: Coze) -> None:
    await coze.bots.retrieve(bot_id="1")
    coze.bots.update(bot_id="1")  # mistake: not awaited
    await other.bots.retrieve(bot_id="1")  # mistake: nothing to await
    await coze.chat.stream(bot_id="1", user_id="u")  # mistake: nothing to await
    async for _ in other.bots.list(workspace_id="1"):  # mistake: for
        pass
    async with other.chat.stream(bot_id="1", user_id="u"):  # mistake: with
        pass
    async with coze.audio.speech.create(input="hi", voice_id="1"):  # mistake: not awaited
        pass
    await asynchronous(other, other)  # mistake: the other client
    await coze.with_response(other.bots.retrieve, bot_id="1")  # mistake: a method of the other


def clients(error: APIError) -> None:
    Coze("pat_x", base_url="https://api.coze.com", timeout=None, max_retries=0)
    Coze(tokn="pat_x")  # mistake: misspelt argument
    Coze(token=7)  # mistake: wrong type
    Coze("pat_x", timeout="5")  # mistake: wrong type
    Coze("pat_x", http_client=httpx.AsyncClient())  # mistake: the other client
    AsyncCoze("pat_x", http_client=httpx.Client())  # mistake: the other client
    Coze("pat_x").with_options(max_retry=1)  # mistake: misspelt argument
    JWTAuth(client_id="1")  # mistake: missing required arguments
    use(error.log_id)  # mistake: misspelt attribute
    use(error.code + 1)  # mistake: the code may be missing


def logins(store: FileTokenStore) -> None:
    auth = PKCEAuth(client_id="1", redirect_uri="http://127.0.0.1:8765/callback", store=store)
    Coze(auth=auth)
    PKCEAuth(client_id="1", redirect_uri="x", store="token.json")  # mistake: no store
    PKCEAuth(client_id="1", redirect_uri="x", client_secret="s")  # mistake: it has no secret
    auth.finish("state", "https://example.com")  # mistake: no request
    use(auth.token().access_token)  # mistake: the token is a text
    DeviceCodeAuth(client_id="1").login(lambda said: use(said.code))  # mistake: misspelt field
    Coze(auth="pat_x")  # mistake: no authentication


def received(
    event: callbacks.CallbackEvent, receiver: callbacks.Receiver, headers: dict[str, str]
) -> callbacks.Audit | None:
    async def handle(_: callbacks.CallbackEvent) -> None: ...

    receiver.receive(headers, b"", lambda _: None)
    receiver.receive(headers, b"", handle)  # mistake: async where it can't be
    receiver.receive(headers, "", lambda _: None)  # mistake: text for bytes
    callbacks.Audit("perhaps")  # mistake: no such literal
    use(event.event.bot_id)  # mistake: not every event has it
    if event.event_type == "bot.publish":  # mistake: no such event
        return None
    if event.event_type == "bot.published":
        use(event.event.bot_name)
        use(event.name)  # mistake: only unknown events have it
    return True  # mistake: no audit


def sending(coze: Coze) -> None:
    with coze.websockets.chat.create(bot_id="1") as socket:
        socket.conversation.message.create(role="user", content_type="text", content="hi")
        socket.conversation.message.delete()  # mistake: no such event
        socket.transcriptions.update()  # mistake: an event of another socket
        socket.conversation.chat.completed()  # mistake: an event that is only received
        socket.chat.update(input_audio={"format": "mp3"})  # mistake: no such literal
        socket.chat.update(input_audio={"rate": 8000})  # mistake: misspelt key
        socket.chat.update(translate_config={})  # mistake: a setting of another socket
        socket.conversation.message.create(content="hi")  # mistake: missing required arguments
        socket.input_audio_buffer.append(delta="AAAA")  # mistake: text for bytes
        socket.input_audio_buffer.append(b"")  # mistake: positional argument
        socket.until("chat.update")  # mistake: an event that is only sent
        socket.pipe(b"")  # mistake: a chat has no pipe
    coze.websockets.chat.create(device_id="1")  # mistake: missing required argument


def receiving(coze: Coze, recording: bytes) -> None:
    with coze.websockets.chat.create(bot_id="1") as socket:
        for event in socket.turn():
            if event.event_type == "conversation.audio.deltas":  # mistake: no such event
                use(event)
            if event.event_type == "conversation.audio.delta":
                use(event.data.content)
                use(event.data.delta)  # mistake: no such field of the data
    with coze.websockets.audio.speech.create() as speech:
        speech.pipe(recording)  # mistake: bytes for text


async def sending_later(coze: AsyncCoze) -> None:
    async with coze.websockets.audio.speech.create() as speech:
        await speech.input_text_buffer.append(delta="hi")
        await speech.input_text_buffer.append(text="hi")  # mistake: misspelt argument
    with coze.websockets.audio.speech.create():  # mistake: an async socket needs async with
        pass
