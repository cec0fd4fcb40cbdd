"""A comparison and its reverse mirror each other."""

from __future__ import annotations

import pytest
from attrs import evolve

from generator.diff.rules import Example, Rule, rules
from tests.diff.diff_samples import ids, judged

WORDS = (
    ("added", "removed"),
    ("set", "unset"),
    ("increased", "decreased"),
    ("generalized", "specialized"),
    ("required", "optional"),
    ("nullable", "not-nullable"),
    ("forbidden", "allowed"),
    ("deprecated", "reactivated"),
    ("described", "undescribed"),
    ("omitted", "stated"),
    ("widened", "narrowed"),
)
# What has no opposite of its own: a broken promise, or a removal that was announced, is something
# plain from behind.
ONE_WAY = (
    "-after-sunset",
    "-before-sunset",
    "-deprecated",
    "-forbidden",
    "-invalid",
    "-kind-",
    "-moved",
    "-renamed",
    "-returns-",
    "-sunset-",
    "-type-",
    "-values-",
    "facade-",
    "became-not-nullable",
    "security-dropped",
    "security-required",
    "union-overlapping",
)
# To tell a date, or a later one, takes no promise back; and what nothing uses may come.
# An optional parameter is told by nobody: griffe looks for what breaks.
SILENT = ("-sunset-", "schema-removed", "facade-parameter-", "facade-class-", "facade-return-")


def mirrored(id_: str) -> set[str]:
    """Return the ids that the reverse of a change may have."""
    found = {id_, id_.removeprefix("required-")}
    for one, other in WORDS:
        for was, now in ((one, other), (other, one)):
            found |= {
                f"{message.removesuffix(was)}{now}"
                for message in found
                if message.endswith(f"-{was}")
            }
    return found


def reverse(rule: Rule) -> Example:
    assert rule.example
    example = rule.example
    return evolve(example, old=example.new, new=example.old)


@pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=rule.id) for rule in rules().values() if rule.example]
)
def test_the_reverse_of_a_change_is_the_opposite_change(rule: Rule) -> None:
    assert rule.example
    back = set(ids(judged(reverse(rule), rule.example.old)))
    assert back or any(part in rule.id for part in SILENT)
    if not any(part in rule.id for part in (*ONE_WAY, *SILENT)):
        assert back & mirrored(rule.id) & rules().keys()
