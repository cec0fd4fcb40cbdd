"""A program that uses all of a small client, and says of everything what it takes it for."""

from typing import Literal

from coze_api import models, params
from coze_api.resources import CozeAPI


def read(bot: models.Bot) -> str:
    ident: str = bot.id
    name: str | None = bot.name
    size: int | None = bot.size
    score: float | None = bot.score
    status: str | None = bot.status
    tags: list[str] | None = bot.tags
    notes: dict[str, str] | None = bot.notes
    owner: models.Owner | None = bot.owner
    message = owner.email if owner else None
    email: str | None = message
    return f"{ident}{name}{size}{score}{status}{tags}{notes}{email}"


def use(coze: CozeAPI, mode: Literal["single", "multi"]) -> str:
    limits: params.Limits = {"rate": 1, "burst": 2}
    created = coze.bots.create(name="a", mode=mode, size=1, tags=["a"], limits=limits)
    found = coze.bots.retrieve(bot_id=created.id, draft=True, fields=["name"])
    listed: models.BotList = coze.bots.search(query="a", page=1)
    bots: list[models.Bot] | None = listed.bots
    total: int = listed.total
    least: params.Limits = {"rate": 1}
    coze.bots.create(name="b", limits=least)
    coze.bots.create(name="c")
    coze.bots.retrieve(bot_id=created.id)
    coze.bots.search(query="b")
    coze.bots.delete(bot_id=found.id)
    return f"{read(found)}{[read(bot) for bot in bots or ()]}{total}"
