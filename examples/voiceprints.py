"""Tell speakers apart by their voices: python examples/voiceprints.py RECORDING."""

import sys
from pathlib import Path

from coze_client import Coze

_, recording = sys.argv

with Coze() as coze:
    groups = coze.audio.voiceprint_groups
    group = groups.create(name="family")
    groups.features.create(group_id=group.id, name="Ada", file=Path(recording))
    for feature in groups.features.list(group_id=group.id):
        print(feature.id, feature.name)
    found = groups.speaker_identify(group_id=group.id, file=Path(recording), top_k=1)
    for score in found.feature_score_list or []:
        print(score.feature_name, score.score)
    groups.delete(group_id=group.id)
