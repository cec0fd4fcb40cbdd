"""The classes that answers are made of: `coze_api.models` under the name of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coze_api.models import *  # noqa: F403  # all names, for checkers
else:
    import sys
    from importlib import import_module

    sys.modules[__name__] = import_module("coze_api.models")
