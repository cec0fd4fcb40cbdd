"""Wait for documents, copies and bills."""

from __future__ import annotations

from collections.abc import Callable, Sequence  # hints resolve at run time
from functools import cached_property
from os import PathLike  # as above
from typing import TYPE_CHECKING, Any, Unpack

from coze_api import models, params, waiting
from coze_api.resources import (
    bill_tasks,
    copy_tasks,
    datasets,
    datasets_documents,
)
from coze_client._jobs._steps import DEADLINE, begin, within
from coze_client._jobs.files import document_groups
from coze_core import arun, check_deadline, polled, run

if TYPE_CHECKING:
    from coze_core import Job, Polling


class CopyTasks(copy_tasks.CopyTasks):
    """The methods of ``copy_tasks``, and waiting for a copy."""

    def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.CopyTask], object] | None = None,
        **arguments: Unpack[waiting.CopyTasksCreateArguments],
    ) -> models.CopyTask:
        """Copy a bot, an app or a workflow, and wait until the copy is there.

        Args:
            deadline: Seconds for the whole of it; ``None``: no limit.
            on_progress: Called with what each poll returned.
            arguments: As for `create`.

        Raises:
            APIError: The copy failed.
            APITimeoutError: The deadline has passed; the error names the task, which goes on.
        """
        return run(_copy(self, deadline, on_progress, arguments))


class AsyncCopyTasks(copy_tasks.AsyncCopyTasks):
    """The methods of ``copy_tasks``, and waiting for a copy."""

    async def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.CopyTask], object] | None = None,
        **arguments: Unpack[waiting.CopyTasksCreateArguments],
    ) -> models.CopyTask:
        """As `CopyTasks.create_and_poll`; ``on_progress`` may be async."""
        return await arun(_copy(self, deadline, on_progress, arguments))


def _copy(
    tasks: Any, deadline: float | None, on_progress: Any, arguments: Any
) -> Job[models.CopyTask]:
    polling = begin(tasks, waiting.COPY_TASKS_CREATE, deadline, on_progress)
    started: models.CopyTaskStart = yield within(tasks, polling).create(**arguments)
    polling.started(task_id=getattr(started, "task_id", None))

    def ask() -> Job[models.CopyTask]:
        return (yield within(tasks, polling).retrieve(**polling.ids))

    return (yield from polled(polling, ask))


class BillTasks(bill_tasks.BillTasks):
    """The methods of ``bill_tasks``, and waiting for a bill."""

    def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.BillTask], object] | None = None,
        **arguments: Unpack[waiting.BillTasksCreateArguments],
    ) -> models.BillTask:
        """Order a bill, and wait until its files are there.

        Args:
            deadline: Seconds for the whole of it; ``None``: no limit.
            on_progress: Called with what each poll returned.
            arguments: As for `create`.

        Raises:
            APIError: The bill could not be made.
            APITimeoutError: The deadline has passed; the error names the task, which goes on.
        """
        return run(_bill(self, deadline, on_progress, arguments))


class AsyncBillTasks(bill_tasks.AsyncBillTasks):
    """The methods of ``bill_tasks``, and waiting for a bill."""

    async def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.BillTask], object] | None = None,
        **arguments: Unpack[waiting.BillTasksCreateArguments],
    ) -> models.BillTask:
        """As `BillTasks.create_and_poll`; ``on_progress`` may be async."""
        return await arun(_bill(self, deadline, on_progress, arguments))


def _bill(
    tasks: Any, deadline: float | None, on_progress: Any, arguments: Any
) -> Job[models.BillTask]:
    polling = begin(tasks, waiting.BILL_TASKS_CREATE, deadline, on_progress)
    started: models.BillTask = yield within(tasks, polling).create(**arguments)
    polling.started(task_id=getattr(started, "task_id", None))

    def ask() -> Job[models.BillTask | None]:
        page = yield within(tasks, polling).list(task_ids=[started.task_id])
        return page.items[0] if page.items else None

    return (yield from polled(polling, ask))


class Documents(datasets_documents.DatasetsDocuments):
    """The methods of ``datasets.documents``, and waiting until documents are processed."""

    def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[list[models.DocumentProgress]], object] | None = None,
        **arguments: Unpack[waiting.DatasetsDocumentsCreateArguments],
    ) -> list[models.DocumentProgress]:
        """Add documents to a knowledge base, and wait until all of them are processed.

        Args:
            deadline: Seconds for the whole of it; ``None``: no limit.
            on_progress: Called with the progress of each document, after each poll.
            arguments: As for `create`.

        Raises:
            APIError: A document could not be processed.
            APITimeoutError: The deadline has passed; the error names the documents.
        """
        processing = datasets.Datasets(self._client)
        return run(_documents(processing, self, deadline, on_progress, arguments))

    def upload(  # noqa: PLR0913  # one argument for each option
        self,
        dataset_id: str,
        sources: Sequence[str | PathLike[str]],
        *,
        chunk_strategy: params.ChunkStrategy | None = None,
        wait: bool = False,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[list[models.DocumentProgress]], object] | None = None,
    ) -> list[models.Document]:
        """Add files and web pages to a knowledge base of text, ten in a call.

        Args:
            dataset_id: The id of the knowledge base.
            sources: Paths of pdf, txt, doc and docx files, and URLs of pages.
            chunk_strategy: How they are cut; by default automatically.
            wait: Whether to wait until they are processed.
            deadline: Seconds for the documents of one call, if it waits; ``None``: no limit.
            on_progress: Called with the progress of each document of a call, after each poll.

        Returns:
            The documents, files first.

        Raises:
            CozeError: A source is not a file, or of another kind; nothing is sent then.
            APIError: A document was refused, or could not be processed; those of earlier calls
                are there.
            APITimeoutError: The deadline has passed; the error names the documents.
        """
        arguments = {"dataset_id": dataset_id, "chunk_strategy": chunk_strategy}
        processing = datasets.Datasets(self._client) if wait else None
        return run(_upload(processing, self, deadline, on_progress, sources, arguments))


class AsyncDocuments(datasets_documents.AsyncDatasetsDocuments):
    """The methods of ``datasets.documents``, and waiting until documents are processed."""

    async def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[list[models.DocumentProgress]], object] | None = None,
        **arguments: Unpack[waiting.DatasetsDocumentsCreateArguments],
    ) -> list[models.DocumentProgress]:
        """As `Documents.create_and_poll`; ``on_progress`` may be async."""
        processing = datasets.AsyncDatasets(self._client)
        return await arun(_documents(processing, self, deadline, on_progress, arguments))

    async def upload(  # noqa: PLR0913  # as above
        self,
        dataset_id: str,
        sources: Sequence[str | PathLike[str]],
        *,
        chunk_strategy: params.ChunkStrategy | None = None,
        wait: bool = False,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[list[models.DocumentProgress]], object] | None = None,
    ) -> list[models.Document]:
        """As `Documents.upload`; ``on_progress`` may be async."""
        arguments = {"dataset_id": dataset_id, "chunk_strategy": chunk_strategy}
        processing = datasets.AsyncDatasets(self._client) if wait else None
        return await arun(_upload(processing, self, deadline, on_progress, sources, arguments))


def _documents(
    processing: Any, documents: Any, deadline: float | None, on_progress: Any, arguments: Any
) -> Job[list[models.DocumentProgress]]:
    polling = begin(documents, waiting.DATASETS_DOCUMENTS_CREATE, deadline, on_progress)
    created: models.CreatedDocuments = yield within(documents, polling).create(**arguments)
    return (yield from _processed(processing, polling, arguments, created))


def _upload(  # noqa: PLR0913, PLR0917  # the parts of one job
    processing: Any,
    documents: Any,
    deadline: float | None,
    on_progress: Any,
    sources: Sequence[str | PathLike[str]],
    arguments: Any,
) -> Job[list[models.Document]]:
    found: list[models.Document] = []
    check_deadline("datasets.documents.upload", deadline)
    arguments["chunk_strategy"] = arguments["chunk_strategy"] or {"chunk_type": 0}
    for group in document_groups(sources):
        polling = begin(documents, waiting.DATASETS_DOCUMENTS_CREATE, deadline, on_progress)
        created: models.CreatedDocuments = yield documents.create(**arguments, document_bases=group)
        found += getattr(created, "document_infos", None) or []
        if processing:
            yield from _processed(processing, polling, arguments, created)
    return found


def _processed(
    processing: Any, polling: Polling[Any], arguments: Any, created: models.CreatedDocuments
) -> Job[list[models.DocumentProgress]]:
    infos = getattr(created, "document_infos", None) or ()
    made = [one.document_id for one in infos if hasattr(one, "document_id")]
    polling.started(subjects=len(made), dataset_id=arguments["dataset_id"], document_ids=made)

    def ask() -> Job[list[models.DocumentProgress] | None]:
        progress = yield within(processing, polling).process(**polling.ids)
        return getattr(progress, "data", None)

    return (yield from polled(polling, ask))


class Datasets(datasets.Datasets):
    """The methods of ``datasets``."""

    @cached_property
    def documents(self) -> Documents:
        """The resource ``datasets.documents``."""
        return Documents(self._client)


class AsyncDatasets(datasets.AsyncDatasets):
    """The methods of ``datasets``."""

    @cached_property
    def documents(self) -> AsyncDocuments:
        """The resource ``datasets.documents``."""
        return AsyncDocuments(self._client)
