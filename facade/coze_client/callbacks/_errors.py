"""Why a callback is refused.

    CozeError
    └── CallbackError            the status to answer is in `status`
        ├── SignatureError       401  the signature is missing or wrong
        ├── TimestampError       401  the event happened too long ago, or in the future
        ├── PayloadError         400  the body is not JSON, or not a callback
        ├── BodyTooLargeError    413  the body is longer than allowed
        ├── InProgressError      503  the same event is being handled at this moment
        └── StoreFullError       503  no more events can be remembered

Coze may send the callback again after any of them.
"""

from __future__ import annotations

from typing import ClassVar

from coze_core import CozeError


class CallbackError(CozeError):
    """A callback is refused.

    Attributes:
        status: The HTTP status to answer with.
    """

    status: ClassVar[int] = 400


class SignatureError(CallbackError):
    """The signature is missing or wrong: who sent this does not know the verify_token."""

    status = 401


class TimestampError(CallbackError):
    """The timestamp is outside of the window: this may be an old callback that was recorded."""

    status = 401


class PayloadError(CallbackError):
    """The body is not JSON, or does not have the form of a callback."""


class BodyTooLargeError(CallbackError):
    """The body is longer than allowed."""

    status = 413


class InProgressError(CallbackError):
    """The event was delivered before, and its handler has not finished."""

    status = 503


class StoreFullError(CallbackError):
    """The store remembers as many events as it can."""

    status = 503
