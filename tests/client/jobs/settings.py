"""What holds for any call: errors, logs and limits of time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from coze_client import APIError

if TYPE_CHECKING:
    from coze_client import Coze


def exception(coze: Coze) -> None:
    try:
        coze.with_options(token="expired").users.me()
    except APIError as error:
        print(error.logid)


def log(coze: Coze) -> None:
    logging.getLogger("coze_client").setLevel(logging.DEBUG)
    coze.users.me()


def timeout(coze: Coze) -> None:
    coze.with_options(timeout=5, deadline=10).users.me()
