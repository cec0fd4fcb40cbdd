"""Accepted changes: they pass the gate, count for the version, and are written by the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.spec import dump
from tests.diff.diff_command import changes, fingerprint, raw, removed
from tests.diff.diff_samples import Json, operation

pytestmark = pytest.mark.usefixtures("in_folder")


def accept(*entries: Any) -> None:
    Path("diff-accepted.yaml").write_text(dump({"accepted": list(entries)}))


def entry(fingerprint: str, expires: str = "2999-12-31") -> Json:
    return {"fingerprint": fingerprint, "reason": "Nobody uses it.", "expires": expires}


def test_an_accepted_change_is_silent() -> None:
    accept(entry(fingerprint()))
    result = raw(*removed(), "--format", "json", "--fail-on", "any")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["accepted"] == 1
    assert changes(result) == []
    assert "1 accepted changes" in raw(*removed()).stdout


def test_another_file_of_accepted_changes_can_be_named() -> None:
    accept(entry(fingerprint()))
    Path("diff-accepted.yaml").rename("other.yaml")
    assert changes(raw(*removed(), "--format", "json", "--accepted", "other.yaml")) == []


def test_an_expired_acceptance_is_a_finding_and_the_change_counts_again() -> None:
    accept(entry(fingerprint(), "2020-01-31"))
    found = changes(raw(*removed(), "--format", "json"))
    assert [change["id"] for change in found] == ["response-property-removed", "acceptance-expired"]
    assert found[1]["source"] == {"cause": "acceptance", "file": "diff-accepted.yaml", "line": 2}


def test_an_unused_acceptance_is_a_finding_that_closes_no_gate() -> None:
    accept(entry("0123456789ab"))
    result = raw(operation(), operation(), "--format", "json", "--fail-on", "any")
    assert result.exit_code == 0
    assert [change["id"] for change in changes(result)] == ["acceptance-unused"]
    assert json.loads(result.stdout)["wire"] == "none"
    assert "::notice" in raw(operation(), operation(), "--format", "github").stdout


def test_an_accepted_change_passes_the_gate_and_counts_for_the_version() -> None:
    accept(entry(fingerprint()))
    result = raw(*removed(), "--format", "json", "--fail-on", "client-breaking")
    assert result.exit_code == 0
    verdict = json.loads(result.stdout)
    assert (verdict["client"], verdict["semver"]) == ("breaking", "major")


@pytest.mark.parametrize(
    ("names", "accepted"),
    [
        ({"rule": "response-property-removed"}, 1),
        ({"operation": "POST /items"}, 1),
        ({"rule": "response-property-removed", "operation": "POST /items"}, 1),
        ({"rule": "response-property-removed", "operation": "GET /other"}, 0),
        ({"rule": "operation-removed"}, 0),
    ],
)
def test_an_entry_may_name_a_rule_and_an_operation(names: Json, accepted: int) -> None:
    accept({**names, "reason": "Nobody uses it.", "expires": "2999-12-31"})
    verdict = json.loads(raw(*removed(), "--format", "json").stdout)
    assert verdict["accepted"] == accepted


def test_a_change_is_accepted_on_the_command_line() -> None:
    wanted = ("--accept", fingerprint(), "--reason", 'It was "never" released: 从未.')
    for _ in range(2):
        result = raw(*removed(), *wanted)
    assert result.exit_code == 2
    assert "accepted changes have one already" in result.stderr.replace("\n", " ")
    assert raw(*removed(), "--fail-on", "any").exit_code == 0
    text = Path("diff-accepted.yaml").read_text(encoding="utf-8")
    assert text.count("fingerprint") == 1
    assert "200.b is gone" in text


@pytest.mark.parametrize(
    "before",
    [
        "accepted: []\n",
        "# Why.\naccepted:\n- rule: operation-removed\n  reason: a\n  expires: '2999-01-31'\n",
    ],
)
def test_an_acceptance_is_added_to_what_is_there(before: str) -> None:
    given = fingerprint()
    Path("diff-accepted.yaml").write_text(before)
    assert raw(*removed(), "--accept", given, "--reason", "Known.").exit_code == 0
    assert json.loads(raw(*removed(), "--format", "json").stdout)["accepted"] == 1
    assert Path("diff-accepted.yaml").read_text().startswith(before.partition("accepted")[0])


@pytest.mark.parametrize(
    "arguments", [("--accept", "0123456789ab", "--reason", "x"), ("--accept", "x")]
)
def test_what_can_not_be_accepted_leaves_the_file_alone(arguments: tuple[str, ...]) -> None:
    assert raw(*removed(), *arguments).exit_code == 2
    assert not Path("diff-accepted.yaml").exists()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"fingerprint": "a", "reason": "b"}], "'expires' is no text"),
        ([entry("a", "soon")], "is no date like 2030-12-31"),
        ([{**entry("a"), "who": "me"}], "'who' is unknown"),
        (["a"], "the entry is no object"),
        ([{"reason": "a", "expires": "2999-01-31"}], "the entry names no change"),
        ([{"rule": "no", "reason": "a", "expires": "2999-01-31"}], "there is no rule 'no'"),
        ([entry("")], "'fingerprint' is no text"),
    ],
)
def test_a_broken_acceptance_names_its_line(entries: list[Any], message: str) -> None:
    accept(*entries)
    result = raw(operation(), operation())
    assert result.exit_code == 2
    assert message in result.stderr.replace("\n", " ")
    assert "diff-accepted.yaml:2" in result.stderr


def test_fingerprints_stay_the_same_and_tell_changes_apart() -> None:
    old, new = removed()
    before = changes(raw(old, new, "--format", "json"))[0]
    other = {
        **new,
        "info": {"title": "Other", "version": "2"},
        "servers": [{"url": "https://x.example"}],
    }
    found = changes(raw(old, other, "--format", "json"))
    same = next(change for change in found if change["id"] == before["id"])
    assert same["fingerprint"] == before["fingerprint"]
    assert len({change["fingerprint"] for change in found}) == len(found)
