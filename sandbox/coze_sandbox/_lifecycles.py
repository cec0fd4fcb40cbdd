"""What goes on after a call: chats, runs, documents and tasks that progress from poll to poll.

`lifecycles.json` says which operation starts a subject, which one polls it, and what the subject is
at each poll. A subject whose entry names a script takes its states and its messages from that
stream, so that a polled chat says the same as a streamed one.
"""

from __future__ import annotations

import copy
import json
from collections import OrderedDict
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from coze_sandbox._errors import RefusalError
from coze_sandbox._json import Object, at, is_array, is_object, put

if TYPE_CHECKING:
    from coze_sandbox._call import Call
    from coze_sandbox._streams import Streams

FIRST_ID = 7500000000000000000
REMEMBERED = 10_000  # subjects; the oldest are forgotten first
USUAL = "completed"


class Kind(msgspec.Struct, frozen=True):
    """One kind of subject. Places are dotted, in the body of an answer.

    Attributes:
        start: the operation that starts it.
        started: the place of the subject, or of the list of subjects, in its answer.
        id: the field of the subject that holds its id.
        argument: the argument of later calls that names it.
        poll: the operation that polls it.
        polled: the place of the subject, or of the list of subjects, in its answer.
        when: what the starting call has to say for a subject to begin.
        each: the argument of the starting call that has an item for each subject.
        courses: by name, the fields that change, at the start and at each poll.
        script: the stream whose events with a `status` are the courses, instead.
        message: the event of the stream that brings a whole message.
        messages: the operation that lists the messages.
        cancel: the operation that cancels it.
        resume: the operation that goes on with it.
    """

    start: str
    started: str
    id: str
    argument: str
    poll: str
    polled: str
    when: Object = {}
    each: str = ""
    courses: dict[str, list[Object]] = {}
    script: str = ""
    message: str = ""
    messages: str = ""
    cancel: str = ""
    resume: str = ""


@dataclass
class Subject:
    """Something under way: what it is at each poll, and what it says by the end of that."""

    course: list[Object]
    messages: list[Object]
    polls: int = 0

    @property
    def state(self) -> Object:
        """The fields that it has now."""
        return self.course[min(self.polls, len(self.course) - 1)]

    @property
    def ended(self) -> bool:
        """Whether no poll changes it any more."""
        return self.polls >= len(self.course) - 1


class Lifecycles:
    """The subjects of a sandbox, by the operations that started them and by their ids.

    Args:
        streams: the scripted streams.
    """

    def __init__(self, streams: Streams) -> None:
        text = resources.files("coze_sandbox").joinpath("lifecycles.json").read_bytes()
        self._kinds = msgspec.json.decode(text, type=list[Kind])
        self._streams = streams
        self._subjects: OrderedDict[tuple[str, str], Subject] = OrderedDict()
        self._started = 0

    def clear(self) -> None:
        """Forget all subjects."""
        self._subjects.clear()
        self._started = 0

    def apply(self, call: Call, variant: str | None, body: Object) -> None:
        """Put what has become of the subjects of a call into the body of its answer.

        Args:
            call: the call.
            variant: the course that a subject takes; `None` means the usual one.
            body: what is answered; it is changed.

        Raises:
            RefusalError: there is no such course.
        """
        for kind in self._kinds:
            if call.name == kind.start and kind.when.items() <= call.arguments.items():
                self._start(kind, call, variant, body)
            elif call.name == kind.poll and kind.argument in {*call.arguments, *call.path}:
                self._poll(kind, call, body)
            elif call.name == kind.messages:
                subject = self._named(kind, call)[0][1]
                said = copy.deepcopy(subject.messages) if subject.ended else []
                # The service says nothing of a failed chat.
                put(body, kind.polled, None if subject.ended and not said else said)
            elif call.name == kind.resume:
                subject = self._named(kind, call)[0][1]
                after = self._new(kind, variant)
                subject.course, subject.polls = after.course, 0
                subject.messages = [*subject.messages, *after.messages]
                put(body, kind.polled, dict(subject.state))
            elif call.name == kind.cancel:
                subject = self._named(kind, call)[0][1]
                subject.course = self._new(kind, "canceled").course[-1:]
                put(body, kind.polled, dict(subject.state))

    def streamed(self, call: Call, variant: str | None, events: list[object]) -> None:
        """Remember the subject of a stream: it will be polled as the stream leaves it."""
        stream = call.operation.stream
        for kind in self._kinds:
            if stream is not None and kind.script == stream.name:
                subject = self._new(kind, variant)
                subject.polls = len(subject.course)
                named = [one[kind.id] for one in events if is_object(one) and "status" in one]
                if named:
                    self._keep(kind, str(named[0]), subject)

    def _start(self, kind: Kind, call: Call, variant: str | None, body: Object) -> None:
        found = at(body, kind.started) if kind.started else body
        items = found if is_array(found) else [found]
        if kind.each and items:
            given = call.arguments.get(kind.each, [])
            items[:] = [copy.deepcopy(items[0]) for _ in given]
            for item, one in zip(items, given, strict=True):
                item |= {name: value for name, value in one.items() if name in item}
        for item in items:
            subject = self._new(kind, variant)
            self._started += 1
            if kind.script:
                item.clear()
            item |= {**subject.state, kind.id: str(FIRST_ID + self._started)}
            self._keep(kind, item[kind.id], subject)

    def _poll(self, kind: Kind, call: Call, body: Object) -> None:
        subjects = self._named(kind, call)
        for _, subject in subjects:
            subject.polls += 1
        found = at(body, kind.polled)
        if is_array(found) and found:
            made = [{**found[0], **one.state, kind.id: number} for number, one in subjects]
            put(body, kind.polled, made)
            if call.operation.pagination is not None and call.operation.pagination.total:
                put(body, call.operation.pagination.total, len(made))
        elif is_object(found):
            put(body, kind.polled, {**({} if kind.script else found), **subjects[0][1].state})

    def _named(self, kind: Kind, call: Call) -> list[tuple[str, Subject]]:
        """Find the subjects that a call names; one that was never started has ended well."""
        named = {**call.arguments, **call.path}.get(kind.argument, "")
        found: list[tuple[str, Subject]] = []
        for number in map(str, named if is_array(named) else [named]):
            subject = self._subjects.get((kind.start, number))
            if subject is None:
                subject = self._new(kind, None)
                subject.polls = len(subject.course)
            found.append((number, subject))
        return found

    def _new(self, kind: Kind, variant: str | None) -> Subject:
        if not kind.script:
            if (variant or USUAL) not in kind.courses:
                courses = ", ".join(kind.courses)
                raise RefusalError(
                    f"scenario: {kind.start} has no course {variant!r}; it has {courses}"
                )
            return Subject(kind.courses[variant or USUAL], [])
        frames = self._streams.script((kind.script,), variant)
        events = [(frame.event, json.loads(frame.data or "null")) for frame in frames]
        course = [data for _, data in events if is_object(data) and "status" in data]
        return Subject(course, [data for event, data in events if event == kind.message])

    def _keep(self, kind: Kind, number: str, subject: Subject) -> None:
        self._subjects[kind.start, number] = subject
        if len(self._subjects) > REMEMBERED:
            self._subjects.popitem(last=False)
