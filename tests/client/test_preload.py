"""After `coze_client.preload()`, nothing that an async program does blocks its event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.processes import python

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

# blockbuster lets imports pass and does not know certificates: an audit hook and a profiler do.
_PROGRAM = """
import asyncio, sys, threading
import coze_client
from blockbuster import blockbuster_ctx
from coze_client import AsyncCoze

async def main():
    watch()
    async with AsyncCoze("sandbox", base_url={url!r}, max_retries=1) as coze:
        async for bot in coze.bots.list(workspace_id="1"):
            await coze.with_response(coze.bots.retrieve, bot_id=bot.id)
        async with coze.chat.stream(bot_id="1", user_id="1", recover=True) as stream:
            async for event in stream:
                pass
        await coze.files.upload(file=("a.txt", b"content"))
        download = await coze.audio.speech.create(input="words", voice_id="1")
        await download.read()
        await coze.datasets.process(dataset_id="1", document_ids=[str(n) for n in range(25)])
        try:
            async with coze.chat.stream(bot_id="1", user_id="1") as stream:
                async for event in stream:
                    await coze.with_options(deadline=1e-9).bots.list(workspace_id="1")
        except coze_client.APITimeoutError as error:
            error.report()
        try:
            await coze.with_options(token="").workspaces.list()
        except coze_client.CozeError as error:
            error.report()

def watch():
    loop, known = threading.get_ident(), set(sys.modules)

    def audit(event, arguments):
        if threading.get_ident() == loop and done == []:
            if event == "open" or (event == "import" and arguments[0] not in known):
                blocked.append((event, arguments[0]))

    def profile(frame, event, argument):
        if event == "c_call" and argument.__name__.startswith(("load_", "set_default_verify")):
            blocked.append((event, argument.__name__))

    sys.addaudithook(audit)
    sys.setprofile(profile)

blocked, done = [], []
{preload}
with blockbuster_ctx():
    asyncio.run(main())
done.append(True)
print(blocked)
"""


def run(sandbox: Sandbox, preload: str) -> tuple[str, str]:
    program = _PROGRAM.format(url=sandbox.url, preload=preload)
    done = python("-c", program, check=False)
    return done.stdout, done.stderr


def test_nothing_blocks_the_loop_after_preload(coze_sandbox: Sandbox) -> None:
    assert run(coze_sandbox, "coze_client.preload()") == ("[]\n", "")


def test_without_it_the_first_client_does(coze_sandbox: Sandbox) -> None:
    assert "BlockingError" in run(coze_sandbox, "pass")[1]
