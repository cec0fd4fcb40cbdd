"""Every rule is right about its own example, and silent about what comes close."""

from __future__ import annotations

import pytest

from generator.diff.rules import CLIENT, Rule, rules
from tests.diff.diff_samples import ids, judged

ALL = [pytest.param(rule, id=rule.id) for rule in rules().values() if rule.example]


@pytest.mark.parametrize("rule", ALL)
def test_the_example_gets_the_levels_of_its_rule(rule: Rule) -> None:
    assert rule.example
    found = [change for change in judged(rule.example, rule.example.new) if change.id == rule.id]
    assert found
    assert {change.wire for change in found} == {rule.wire}
    assert max((change.client for change in found), key=CLIENT.index) == rule.client
    assert all(change.message for change in found)


@pytest.mark.parametrize("rule", ALL)
def test_what_comes_close_is_something_else(rule: Rule) -> None:
    assert rule.example
    assert rule.example.near != rule.example.new
    assert rule.id not in ids(judged(rule.example, rule.example.near))
