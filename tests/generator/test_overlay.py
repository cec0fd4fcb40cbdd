from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.correction import apply
from generator.errors import GeneratorError
from generator.spec import dump
from tests.generator.overlaying import applied, overlay, yaml

if TYPE_CHECKING:
    from pathlib import Path

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("xy", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=3)


BOTH = pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.1.0", "1.1.3"])


@BOTH
@pytest.mark.parametrize(
    ("document", "actions", "result"),
    [
        pytest.param(
            "{info: {title: A}, paths: {/a: {get: {x: 1}}}}",
            "- {target: $, update: {info: {v: '1'}, paths: {/a: {get: {y: 2}}, /b: {get: {}}}}}",
            "{info: {title: A, v: '1'}, paths: {/a: {get: {x: 1, y: 2}}, /b: {get: {}}}}",
            id="objects are merged at all depths",
        ),
        pytest.param(
            "{a: {x: 1, y: [1], z: text}}",
            "- {target: $.a, update: {x: 2, z: null}}",
            "{a: {x: 2, y: [1], z: null}}",
            id="primitives are replaced",
        ),
        pytest.param(
            "{a: {tags: [one]}}",
            "- {target: $.a, update: {tags: [two, three]}}",
            "{a: {tags: [one, two, three]}}",
            id="arrays within objects are concatenated",
        ),
        pytest.param(
            "{paths: {/a: {get: {parameters: [{name: x}]}}, /b: {get: {parameters: []}}}}",
            "- {target: '$.paths.*.get.parameters', update: {name: y, in: query}}",
            "{paths: {/a: {get: {parameters: [{name: x}, {name: y, in: query}]}},"
            " /b: {get: {parameters: [{name: y, in: query}]}}}}",
            id="an object is appended to each array",
        ),
        pytest.param(
            "{tags: [a]}",
            "- {target: $.tags, update: b}",
            "{tags: [a, b]}",
            id="a primitive is appended to an array",
        ),
        pytest.param(
            "{paths: {/a: {get: {}, put: {}}, /b: {get: {}}}}",
            "- {target: '$.paths.*.get', update: {x-safe: true}}",
            "{paths: {/a: {get: {x-safe: true}, put: {}}, /b: {get: {x-safe: true}}}}",
            id="a wildcard changes each match",
        ),
        pytest.param(
            "{p: [{name: filter, in: query}, {name: filter, in: path}, {name: x, in: query}]}",
            "- {target: \"$.p[?@.name == 'filter' && @.in == 'query']\", update: {schema: {a: 1}}}",
            "{p: [{name: filter, in: query, schema: {a: 1}}, {name: filter, in: path},"
            " {name: x, in: query}]}",
            id="a filter chooses items",
        ),
        pytest.param(
            "{paths: {/a: {get: {x-t: [paged]}}, /b: {get: {x-t: [other]}}, /c: {get: {}}}}",
            "- {target: \"$.paths[?@.get['x-t'][?@ == 'paged']].get\", update: {p: [{n: 1}]}}",
            "{paths: {/a: {get: {x-t: [paged], p: [{n: 1}]}}, /b: {get: {x-t: [other]}},"
            " /c: {get: {}}}}",
            id="a filter looks into arrays",
        ),
        pytest.param(
            "{p: [{n: a}, {n: b}, {n: a}, {n: c}, {n: a}]}",
            "- {target: \"$.p[?@.n == 'a']\", remove: true}",
            "{p: [{n: b}, {n: c}]}",
            id="items are removed at once, whatever their numbers",
        ),
        pytest.param(
            "{a: {x: {i: 1}, y: {i: 1}}, l: [[1], [2], [3]]}",
            "- {target: $.a.x, remove: true}\n- {target: '$.l[0, 2]', remove: true}",
            "{a: {y: {i: 1}}, l: [[2]]}",
            id="fields and items are removed",
        ),
        pytest.param(
            "{a: {i: {i: {i: {}}}, k: {}}}",
            "- {target: $..i, remove: true}",
            "{a: {k: {}}}",
            id="what stands in each other is removed",
        ),
        pytest.param(
            "{o: {x: {}}, l: [[1], [2]]}",
            "- {target: \"$.*['x', 0]\", remove: true}",
            "{o: {}, l: [[2]]}",
            id="fields and items are removed by one action",
        ),
        pytest.param(
            "{a: {old: {x: 1}}}",
            "- {target: $.a.old, remove: true}\n- {target: $.a, update: {old: {y: 2}}}\n"
            "- {target: $.a.old, update: {z: 3}}",
            "{a: {old: {y: 2, z: 3}}}",
            id="each action sees what the one before it left",
        ),
        pytest.param(
            "{a: {x: 1}}",
            "- {target: $.a, update: {y: 2}, remove: true}",
            "{}",
            id="remove wins over update",
        ),
        pytest.param(
            "{a: {x: 1}}",
            "- {target: $.a, update: {y: 2}, remove: false}",
            "{a: {x: 1, y: 2}}",
            id="remove false is no remove",
        ),
        pytest.param(
            "{a: {x: {}}}",
            "- {target: \"$['a', 'a'].x\", update: {l: [1]}}",
            "{a: {x: {l: [1]}}}",
            id="what is selected twice is changed once",
        ),
        pytest.param(
            "{a: 1}",
            "- {target: $.b, update: {x: 1}}\n- {target: $.c, remove: true}",
            "{a: 1}",
            id="a target without a match is a success",
        ),
        pytest.param(
            "{paths: {'/a/{id}~x': {get: {}}, \"/it's\": {get: {}}}}",
            "- {target: \"$.paths['/a/{id}~x'].get\", update: {x: 1}}\n"
            "- {target: '$.paths[\"/it''s\"].get', update: {x: 2}}",
            "{paths: {'/a/{id}~x': {get: {x: 1}}, \"/it's\": {get: {x: 2}}}}",
            id="any key can be named",
        ),
        pytest.param(
            "{a: {n: null, t: x}}",
            "- {target: $.a, update: {n: 1, t: null}}",
            "{a: {n: 1, t: null}}",
            id="null is a primitive",
        ),
    ],
)
def test_actions_do_what_the_standard_says(
    folder: Path, document: str, actions: str, result: str, version: str
) -> None:
    assert applied(folder, yaml(document), *yaml(actions), version=version) == yaml(result)


@BOTH
@pytest.mark.parametrize(
    ("document", "action", "result"),
    [
        pytest.param(
            "{l: [1]}",
            "{target: $.l, update: [2, 3]}",
            "{l: [1, 2, 3]}",
            id="arrays are concatenated",
        ),
        pytest.param(
            "{l: [1]}",
            "{target: $.l, update: [[2]]}",
            "{l: [1, [2]]}",
            id="an array can be an item",
        ),
        pytest.param(
            "{l: [1, {x: 1}]}",
            "{target: $.l, update: [1, {x: 1}]}",
            "{l: [1, {x: 1}, 1, {x: 1}]}",
            id="what an array has already is appended again",
        ),
        pytest.param(
            "{a: {x: text}}",
            "{target: $.a, update: {x: {y: 1}}}",
            None,
            id="values of two kinds can't be merged",
        ),
        pytest.param(
            "{a: {x: text}}",
            "{target: $.a.x, update: new}",
            "{a: {x: new}}",
            id="a primitive is replaced",
        ),
        pytest.param(
            "{l: [a, b, a, c]}",
            "{target: \"$.l[?@ == 'a']\", remove: true}",
            "{l: [b, c]}",
            id="primitive items are removed",
        ),
        pytest.param(
            "{l: [a, b]}",
            "{target: '$.l[*]', update: x}",
            "{l: [x, x]}",
            id="primitive items are replaced",
        ),
        pytest.param(
            "{a: {i: {}}, b: {i: []}}",
            "{target: '$[*].i', update: {x: 1}}",
            None,
            id="the targets may not be of two kinds",
        ),
        pytest.param(
            "{paths: {/a: {get: {x: 1}}, /b: {put: {}}}}",
            "{target: \"$.paths['/b']\", copy: \"$.paths['/a']\"}",
            "{paths: {/a: {get: {x: 1}}, /b: {put: {}, get: {x: 1}}}}",
            id="what is elsewhere is copied",
        ),
    ],
)
def test_version_1_0_is_read_by_the_rules_of_1_1(
    folder: Path, document: str, action: str, result: str | None, version: str
) -> None:
    if result is None:
        with pytest.raises(GeneratorError, match=r"overlay\.yaml:\d+: "):
            applied(folder, yaml(document), yaml(action), version=version)
    else:
        assert applied(folder, yaml(document), yaml(action), version=version) == yaml(result)


@pytest.mark.parametrize(
    ("target", "source", "result"),
    [
        ("$.object", "$.other", {"x": 1, "y": {"z": 2}}),
        ("$.list", "$.numbers", [0, 1, 2]),
        ("$.list", "$.other", [0, {"y": {"z": 2}}]),
        ("$.list", "$.other.y.z", [0, 2]),
        ("$.text", "$.other.y.z", 2),
        ("$.object", "$", None),
    ],
)
def test_copy_merges_what_it_selects(
    folder: Path, target: str, source: str, result: object
) -> None:
    document = {
        "object": {"x": 1},
        "list": [0],
        "text": "x",
        "other": {"y": {"z": 2}},
        "numbers": [1, 2],
    }
    changed = applied(folder, document, {"target": target, "copy": source})
    expected = {"x": 1, **document} if result is None else result
    assert changed[target[2:]] == expected


def test_a_copy_to_no_place_looks_for_no_source(folder: Path) -> None:
    assert applied(folder, {"a": {}}, {"target": "$.b", "copy": "$.c"}) == {"a": {}}


def test_a_copy_is_a_value_of_its_own(folder: Path) -> None:
    changed = applied(
        folder,
        {"a": {"list": [1]}, "b": {}, "c": {}},
        {"target": "$['b', 'c']", "copy": "$.a"},
        {"target": "$.b.list", "update": 2},
        {"target": "$.a", "remove": True},
    )
    assert changed == {"b": {"list": [1, 2]}, "c": {"list": [1]}}


def test_a_value_of_the_overlay_is_never_shared(folder: Path) -> None:
    changed = applied(
        folder,
        {"a": {}, "b": {}, "c": []},
        {"target": "$['a', 'b']", "update": {"new": {"list": [1]}}},
        {"target": "$.a.new.list", "update": 2},
        {"target": "$.c", "update": [{"x": 1}]},
    )
    assert changed == {"a": {"new": {"list": [1, 2]}}, "b": {"new": {"list": [1]}}, "c": [{"x": 1}]}


def test_the_document_stays_as_it_is(folder: Path) -> None:
    document = {"a": {"l": [{"x": 1}], "t": "x"}, "b": {}}
    before = copy.deepcopy(document)
    changed = applied(
        folder,
        document,
        {"target": "$.a.l[0]", "update": {"x": 2}},
        {"target": "$.a.t", "update": "y"},
        {"target": "$.b", "remove": True},
    )
    assert changed == {"a": {"l": [{"x": 2}], "t": "y"}}
    assert document == before


def merged(old: Any, new: Any) -> Any:
    """Return Overlay's merge, written again without haste; two kinds of values have none."""
    if type(old) is not type(new) and {dict, list} & {type(old), type(new)}:
        raise ValueError
    if isinstance(old, dict) and isinstance(new, dict):
        both = {key: merged(old[key], new[key]) if key in new else old[key] for key in old}
        return both | {key: new[key] for key in new if key not in old}
    return old + new if isinstance(old, list) and isinstance(new, list) else new


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_updates_merge(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    action = {"target": "$.a", "update": new}
    try:
        result = merged(old, new)
    except ValueError:
        with pytest.raises(GeneratorError, match="can't be merged"):
            applied(folder, {"a": old}, action)
    else:
        assert dump(applied(folder, {"a": old}, action)) == dump({"a": result})


@settings(deadline=None)
@given(OBJECTS)
def test_an_empty_update_changes_nothing(folder: Path, old: dict[str, Any]) -> None:
    for version in ("1.0.0", "1.1.0"):
        assert applied(folder, old, {"target": "$", "update": {}}, version=version) == old


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_an_update_that_was_made_is_redundant(
    folder: Path, old: dict[str, Any], new: dict[str, Any]
) -> None:
    action = overlay(folder, {"target": "$", "update": new})
    try:
        once, _ = apply(old, action, strict=False)
        twice, findings = apply(once, action, strict=False)
    except GeneratorError:
        return
    assert [finding.place.line for finding in findings] == ([6] if once == twice else [])


@pytest.mark.parametrize(
    ("document", "action", "is_redundant"),
    [
        ("{a: {x: 1, y: {z: [1, 2]}}}", "{target: $.a, update: {x: 1}}", True),
        ("{a: {x: 1, y: {z: [1, 2]}}}", "{target: $.a, update: {y: {z: [2]}}}", False),
        ("{a: {x: 1, y: {z: [1, 2]}}}", "{target: $.a, update: {y: {z: [3]}}}", False),
        ("{a: {x: 1}}", "{target: $.a, update: {x: true}}", False),
        ("{a: {x: 1}}", "{target: $.a, update: {x: '1'}}", False),
        ("{a: {x: 1}}", "{target: $.a, update: {y: null}}", False),
        ("{a: {x: 1}, b: {}}", "{target: '$.*', update: {x: 1}}", False),
        ("{a: {x: 1}, b: {x: 1}}", "{target: '$.*', update: {x: 1}}", True),
        ("{a: [{n: 1}, {n: 2}]}", "{target: $.a, update: {n: 2}}", False),
        ("{a: [{n: 1}, {n: 2}]}", "{target: $.a, update: {n: 3}}", False),
        ("{a: [{n: 1, m: 2}]}", "{target: $.a, update: []}", True),
        ("{a: [1, 2]}", "{target: $.a, update: [1, 2]}", False),
        ("{a: {x: 1}, b: {x: 1}}", "{target: $.a, copy: $.b}", True),
        ("{a: {x: 1}}", "{target: $.b, update: {x: 1}}", False),
        ("{a: {x: 1}}", "{target: $.a, remove: true}", False),
    ],
)
def test_an_addition_that_is_already_there_is_reported(
    folder: Path, document: str, action: str, *, is_redundant: bool
) -> None:
    read = overlay(folder, yaml(action))
    _, findings = apply(yaml(document), read, strict=False)
    assert bool(findings) == is_redundant
    if findings:
        message = str(findings[0])
        assert message.startswith(f"{read.path}:6: action 1 ({read.actions[0].target}): redundant")


def test_an_action_that_does_nothing_is_reported(folder: Path) -> None:
    _, (finding,) = apply({"a": {}}, overlay(folder, {"target": "$.a"}), strict=True)
    assert "nothing to do" in str(finding)


def test_strict_wants_every_target_to_match(folder: Path) -> None:
    actions = [
        {"target": "$.a", "update": {"x": 1}},
        {"target": "$.b", "update": {"x": 1}, "x-optional": True},
        {"target": "$.c", "remove": True},
    ]
    read = overlay(folder, *actions)
    with pytest.raises(GeneratorError) as caught:
        apply({"a": {}}, read, strict=True)
    assert str(caught.value).startswith(
        f"{read.path}:13: action 3 ($.c): the target matches nothing. The document has changed: "
    )
    assert apply({"a": {}}, read, strict=False)[0] == {"a": {"x": 1}}
    assert apply({"a": {}, "c": {}}, read, strict=True)[0] == {"a": {"x": 1}}
