"""Any number of plugins is asked for in groups that the API takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coze_client import Coze

if TYPE_CHECKING:
    from coze_sandbox import Sandbox


@pytest.mark.parametrize(
    ("number", "groups"), [(1, [1]), (20, [20]), (21, [20, 1]), (45, [20, 20, 5])]
)
def test_plugins_are_asked_for_twenty_at_a_time_and_joined_in_order(
    coze_sandbox: Sandbox, number: int, groups: list[int]
) -> None:
    ids = [f"id {index}" for index in range(number)]
    with Coze() as coze:
        plugins = coze.plugins.mget(ids=ids)
    asked = [dict(request.query)["ids"].split(",") for request in coze_sandbox.requests]
    assert [plugin.plugin_id for plugin in plugins.items] == ids
    assert list(map(len, asked)) == groups
    assert [one for group in asked for one in group] == ids
