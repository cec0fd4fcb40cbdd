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
from coze_client._jobs._steps import waiting_for, within
from coze_client._jobs.files import document_groups
from coze_core import arun, check_deadline, polled, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_core import Job

DEADLINE = 600.0
"""Seconds that a job may take unless the caller says otherwise."""


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
    check_deadline("copy_tasks.create", deadline)
    started: models.CopyTaskStart = yield tasks.create(**arguments)
    ids = {"task_id": started.task_id}
    polling = waiting_for(tasks, waiting.COPY_TASKS_CREATE, ids, deadline, on_progress)
    return (yield from polled(polling, lambda left: within(tasks, left).retrieve(**ids)))


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
    check_deadline("bill_tasks.create", deadline)
    started: models.BillTask = yield tasks.create(**arguments)
    ids = {"task_id": started.task_id}

    def ask(left: float | None) -> Any:
        return within(tasks, left).list(task_ids=[started.task_id])

    polling = waiting_for(
        tasks,
        waiting.BILL_TASKS_CREATE,
        ids,
        deadline,
        on_progress and (lambda page: on_progress(page.items[0])),
        subjects=lambda page: page.items,
    )
    return (yield from polled(polling, ask)).items[0]


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
        return run(
            _documents(datasets.Datasets(self._client), self, deadline, on_progress, arguments)
        )

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
            deadline: Seconds to wait for the documents of one call; ``None``: no limit.
            on_progress: Called with the progress of each document of a call, after each poll.

        Returns:
            The documents, files first.

        Raises:
            CozeError: A source is no file, or of another kind; nothing is sent then.
            APIError: A document was refused, or could not be processed; those of earlier calls
                are there.
            APITimeoutError: The deadline has passed; the error names the documents.
        """
        return run(
            _upload(
                datasets.Datasets(self._client) if wait else None,
                self,
                deadline,
                on_progress,
                document_groups(sources),
                {"dataset_id": dataset_id, "chunk_strategy": chunk_strategy or {"chunk_type": 0}},
            )
        )


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
        job = _documents(
            datasets.AsyncDatasets(self._client), self, deadline, on_progress, arguments
        )
        return await arun(job)

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
        return await arun(
            _upload(
                datasets.AsyncDatasets(self._client) if wait else None,
                self,
                deadline,
                on_progress,
                document_groups(sources),
                {"dataset_id": dataset_id, "chunk_strategy": chunk_strategy or {"chunk_type": 0}},
            )
        )


def _documents(
    processing: Any, documents: Any, deadline: float | None, on_progress: Any, arguments: Any
) -> Job[list[models.DocumentProgress]]:
    check_deadline("datasets.documents.create", deadline)
    created: models.CreatedDocuments = yield documents.create(**arguments)
    return (yield from _processed(processing, deadline, on_progress, arguments, created))


def _upload(  # noqa: PLR0913, PLR0917  # the parts of one job
    processing: Any,
    documents: Any,
    deadline: float | None,
    on_progress: Any,
    groups: Iterator[list[params.DocumentBase]],
    arguments: Any,
) -> Job[list[models.Document]]:
    check_deadline("datasets.documents.upload", deadline)
    found: list[models.Document] = []
    for group in groups:
        created: models.CreatedDocuments = yield documents.create(**arguments, document_bases=group)
        found += created.document_infos or []
        if processing:
            yield from _processed(processing, deadline, on_progress, arguments, created)
    return found


def _processed(
    processing: Any,
    deadline: float | None,
    on_progress: Any,
    arguments: Any,
    created: models.CreatedDocuments,
) -> Job[list[models.DocumentProgress]]:
    ids: dict[str, Any] = {
        "dataset_id": arguments["dataset_id"],
        "document_ids": [one.document_id for one in created.document_infos or ()],
    }

    def ask(left: float | None) -> Any:
        return within(processing, left).process(**ids)

    polling = waiting_for(
        processing,
        waiting.DATASETS_DOCUMENTS_CREATE,
        ids,
        deadline,
        on_progress and (lambda found: on_progress(found.data or [])),
        subjects=lambda found: found.data or (),
    )
    return (yield from polled(polling, ask)).data


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
