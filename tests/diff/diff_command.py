"""Runs the command on documents that tests write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer.testing import CliRunner

from generator.diff.command import diff_command
from generator.spec import dump
from tests.diff.diff_samples import response

if TYPE_CHECKING:
    from click.testing import Result

    from tests.diff.diff_samples import Json


APP = typer.Typer(pretty_exceptions_enable=False)
APP.command("diff")(diff_command)

THING: Json = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
LESS: Json = {"type": "object", "properties": {"a": {"type": "string"}}}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments))


def raw(old: Json, new: Json, *arguments: str) -> Result:
    Path("old.yaml").write_text(dump(old))
    Path("new.yaml").write_text(dump(new))
    return run("--raw", "old.yaml", "new.yaml", *arguments)


def changes(result: Result) -> list[Json]:
    return json.loads(result.stdout)["changes"]


def removed() -> tuple[Json, Json]:
    return response(THING), response(LESS)


def fingerprint() -> str:
    return changes(raw(*removed(), "--format", "json"))[0]["fingerprint"]
