"""Faults that meet a later round of a stream, and what was sent in it."""

from __future__ import annotations

from typing import Any

from coze_sandbox import Sandbox, Scenario


def sent(sandbox: Sandbox, operation: str) -> list[Any]:
    return [one.json() for one in sandbox.requests if one.operation == operation]


FAULTS = {
    "500": Scenario(status=500),
    "a code": Scenario(code=4000, msg="no"),
    "closed before the answer": Scenario(cut_after=0),
    "cut": Scenario(cut_after=40),
    "a chunk that is none": Scenario(malformed_chunk=True),
    "no end": Scenario(no_end=True),
    "no stream": Scenario(plain=True),
    "no data": Scenario(plain=True, absent="missing"),
    "slow": Scenario(delay=5),
    "failed": Scenario(script="failed"),
}
