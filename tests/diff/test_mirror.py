"""A comparison and its reverse mirror each other."""

from __future__ import annotations

import pytest
from attrs import evolve
from diff_samples import ids, judged

from generator.diff.rules import Example, Rule, rules

WORDS = (
    ("added", "removed"),
    ("set", "unset"),
    ("increased", "decreased"),
    ("generalized", "specialized"),
    ("required", "optional"),
    ("nullable", "not-nullable"),
    ("forbidden", "allowed"),
    ("deprecated", "reactivated"),
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
    "became-not-nullable",
    "security-dropped",
    "security-required",
)


def mirrored(id_: str) -> set[str]:
    """The ids that the reverse of a change may have."""
    found = {id_, id_.removeprefix("required-")}
    for one, other in WORDS:
        for was, now in ((one, other), (other, one)):
            found |= {
                f"{told.removesuffix(was)}{now}" for told in found if told.endswith(f"-{was}")
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
    # To tell a date, or a later one, takes no promise back.
    assert back or "-sunset-" in rule.id
    if not any(part in rule.id for part in ONE_WAY):
        assert back & mirrored(rule.id) & rules().keys()
