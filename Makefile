# Everything a person or CI runs. The environment is .venv; it is made anew when the lock changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
export COZE_API_TOKEN COZE_API_BASE

.PHONY: run test generate check lint bench soak build clean lock

run: $(READY)  ## regenerate the client, then take the tour (sandbox, or the real service with COZE_API_TOKEN=...)
	$(BIN)/python -m generator build
	$(BIN)/python examples/tour.py

test: lint check  ## all gates
	$(BIN)/python -m pytest

generate: $(READY)  ## rebuild generated/ from openapi/ and overlays/
	$(BIN)/python -m generator build

check: $(READY)  ## fail if generated/ is not what a build would write
	$(BIN)/python -m generator check

lint: $(READY)  ## style, types, import directions
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/basedpyright --level error
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(READY)  ## measure against raw httpx and other clients
	$(BIN)/python -m benchmarks

soak: $(READY)  ## use one client for ten minutes (SECONDS=600) and see that nothing piles up
	$(BIN)/python -m benchmarks.soak --seconds $(or $(SECONDS),600)

build: $(READY)  ## the wheel and the source archive, in dist/
	$(BIN)/python -m build --no-isolation

lock: $(READY)  ## resolve requirements/dev.in into hashed pins
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header --extra jwt --extra sandbox \
	  --output-file requirements/dev.txt requirements/dev.in pyproject.toml

clean:  ## remove the environment and all that was built
	rm -rf .venv dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
