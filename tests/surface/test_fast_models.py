"""All models are read in one pass of msgspec, whatever their fields are called on the wire."""

from __future__ import annotations

import copy
import pickle
from inspect import signature
from typing import Any

import attrs
import pytest

from coze_api import models
from coze_core._decode import TypeDecoder
from tests.lenient import lenient

CLASSES = [
    model
    for name in models.__all__
    if isinstance(model := getattr(models, name), type) and attrs.has(model)
]


def test_no_model_is_on_the_slow_road_but_for_words_of_python() -> None:
    assert len(CLASSES) > 100
    slow = [model.__name__ for model in CLASSES if TypeDecoder(model).fast is None]
    assert slow == ["InterpretationSocketSettings", "TranslateConfig"]  # it has the field "from"


def fast(model: type[Any], body: bytes) -> Any:
    """Return what both roads make of a body."""
    decoder = TypeDecoder(model)
    assert decoder.fast
    built = decoder.fast(body)
    slow, problems = lenient(model, body)
    assert not problems
    assert slow == built
    assert slow.to_dict() == built.to_dict()
    return built


def test_a_renamed_field_is_an_argument_and_an_attribute_under_its_own_name() -> None:
    body = b'{"name": "n", "inputSchema": {"a": 1}, "input_schema": {"no": 1}}'
    tool = fast(models.PluginTool, body)
    assert tool.input_schema == {"a": 1}
    assert tool.output_schema is None
    assert tool == models.PluginTool(name="n", input_schema={"a": 1})
    assert "inputSchema" not in signature(models.PluginTool).parameters
    assert repr(tool) == "PluginTool(name='n', input_schema={'a': 1})"
    assert tool.to_dict() == {"name": "n", "inputSchema": {"a": 1}}
    tool.input_schema = {"b": 2}
    for other in (copy.copy(tool), copy.deepcopy(tool), pickle.loads(pickle.dumps(tool))):  # noqa: S301  # our own bytes
        assert other == tool
        assert other.input_schema == {"b": 2}


@pytest.mark.parametrize(
    "body",
    [
        b'{"prologue": "p", "suggested_questions": ["q"]}',
        b'{"Prologue": "p", "SuggestedQuestions": ["q"]}',
        b'{"prologue": "p", "Prologue": null, "SuggestedQuestions": ["q"]}',
        b'{"Prologue": "p", "suggested_questions": null, "SuggestedQuestions": ["q"]}',
    ],
)
def test_both_spellings_of_a_field_are_one_attribute(body: bytes) -> None:
    onboarding = fast(models.BotOnboardingDetail, body)
    assert onboarding.to_dict() == {"prologue": "p", "suggested_questions": ["q"]}
    assert onboarding == models.BotOnboardingDetail(prologue="p", suggested_questions=["q"])
    assert (onboarding.prologue, onboarding.suggested_questions) == ("p", ["q"])
    assert "Prologue" not in signature(models.BotOnboardingDetail).parameters
    assert "Prologue" not in repr(onboarding)


def test_a_field_may_have_the_wire_name_of_what_all_models_have() -> None:
    benefit = fast(models.Benefit, b'{"extra": [{}]}')
    assert benefit.extra_ == [models.BenefitQuota()]
    assert benefit.to_dict() == {"extra": [{}]}
    assert not hasattr(benefit, "extra")
    kept = TypeDecoder(models.Benefit).decode(b'{"extra": null, "new": 1}', keep_extra=True)
    assert kept.extra == {"new": 1}
    assert kept.to_dict() == {"extra": None, "new": 1}
    assert models.Benefit(extra_=[]).extra_ == []
