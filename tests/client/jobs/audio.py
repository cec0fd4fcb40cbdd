"""Voices, speech and voiceprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from coze_client import Coze


def audio_speech(coze: Coze, file: Path) -> None:
    voice = next(iter(coze.audio.voices.list()))
    coze.audio.speech.create(input="hi", voice_id=voice.voice_id).write_to(file)


def audio_voiceprint_groups_create(coze: Coze) -> None:
    print(coze.audio.voiceprint_groups.create(name="family").id)


def audio_voiceprint_groups_delete(coze: Coze) -> None:
    coze.audio.voiceprint_groups.delete(group_id="1")


def audio_voiceprint_groups_features_create(coze: Coze, file: Path) -> None:
    print(coze.audio.voiceprint_groups.features.create(group_id="1", name="Ada", file=file).id)


def audio_voiceprint_groups_features_delete(coze: Coze) -> None:
    coze.audio.voiceprint_groups.features.delete(group_id="1", feature_id="2")


def audio_voiceprint_groups_features_list(coze: Coze) -> None:
    for feature in coze.audio.voiceprint_groups.features.list(group_id="1"):
        print(feature.id)


def audio_voiceprint_groups_features_update(coze: Coze, file: Path) -> None:
    coze.audio.voiceprint_groups.features.update(group_id="1", feature_id="2", file=file)


def audio_voiceprint_groups_list(coze: Coze) -> None:
    for group in coze.audio.voiceprint_groups.list():
        print(group.id)


def audio_voiceprint_groups_speaker_identify(coze: Coze, file: Path) -> None:
    found = coze.audio.voiceprint_groups.speaker_identify(group_id="1", file=file)
    print(found.feature_score_list)


def audio_voiceprint_groups_update(coze: Coze) -> None:
    coze.audio.voiceprint_groups.update(group_id="1", name="friends")
