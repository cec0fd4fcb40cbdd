"""The shapes of what calls take: `coze_api.params` under the name of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coze_api.params import *  # noqa: F403  # all names, for checkers
else:
    import sys
    from importlib import import_module

    sys.modules[__name__] = import_module("coze_api.params")
