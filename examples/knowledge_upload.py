"""Add files and pages to a knowledge base: python examples/knowledge_upload.py ID PATH_OR_URL..."""

import sys

from coze_client import Coze

_, dataset_id, *sources = sys.argv

with Coze() as coze:
    documents = coze.datasets.documents.upload(
        dataset_id,
        sources,
        wait=True,
        on_progress=lambda found: print([f"{one.document_name} {one.progress} %" for one in found]),
    )
    print(f"{len(documents)} documents")
