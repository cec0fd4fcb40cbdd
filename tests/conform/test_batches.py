"""Any number of plugins is asked for in groups that the API takes."""

from __future__ import annotations

import pytest

from coze_client import Coze
from coze_sandbox import Sandbox


@pytest.mark.parametrize(
    ("number", "groups"), [(1, [1]), (20, [20]), (21, [20, 1]), (45, [20, 20, 5])]
)
def test_plugins_are_asked_for_twenty_at_a_time_and_joined_in_order(
    number: int, groups: list[int]
) -> None:
    ids = [f"id {index}" for index in range(number)]
    with Sandbox() as sandbox, Coze("sandbox", base_url=sandbox.url) as coze:
        plugins = coze.plugins.mget(ids=ids)
        asked = [dict(request.query)["ids"].split(",") for request in sandbox.requests]
    assert [plugin.plugin_id for plugin in plugins.items] == ids
    assert list(map(len, asked)) == groups
    assert [one for group in asked for one in group] == ids
