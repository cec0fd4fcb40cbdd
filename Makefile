# Everything a person or CI runs. The environment is .venv; it is brought up to date when the lock changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
AUDIT := .venv-audit
BENCH := .venv-bench
DOCS := .venv-docs
LOWEST := .lowest
FRESH := .venv-fresh
TRANSPORT := tests/auth tests/core tests/faults tests/sockets tests/sandbox/sockets
export COZE_API_TOKEN COZE_API_BASE

.PHONY: run test test-all test-lowest generate check coverage lint bench cozepy diff fuzz soak tools docs build release audit sbom clean lock lock-tools

run: $(READY)  ## regenerate the client, then take the tour (sandbox, or the real service with COZE_API_TOKEN=...)
	$(BIN)/python -m generator build
	$(BIN)/python examples/tour.py

test: lint check  ## all gates
	$(BIN)/python -m pytest -n auto --dist worksteal

test-all: lint check docs test-lowest  ## all gates; the long form of each test (TIMES=10 as many examples); what sends requests over httpx2 and the lowest versions too
	FUZZ_TIMES=$(or $(TIMES),10) $(BIN)/python -m pytest -n auto --dist worksteal
	COZE_HTTP=httpx2 $(BIN)/python -m pytest -n auto --dist worksteal $(TRANSPORT)
	$(DOCS)/bin/python -m pytest --noconftest tests/site

test-lowest: $(LOWEST)/.ready  ## what sends requests, on the lowest versions of all that the client runs on
	PYTHONPATH=$(LOWEST) $(BIN)/python -m pytest -n auto --dist worksteal $(TRANSPORT) tests/client/test_every_method.py

generate: $(READY)  ## rebuild generated/ from openapi/ and overlays/
	$(BIN)/python -m generator build

check: $(READY)  ## fail if generated/ is not what a build would write
	$(BIN)/python -m generator check --strict

coverage: $(READY)  ## which branches of what is written by hand no test takes; takes as long as the tests
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(READY)  ## style, types, import directions, workflows
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/basedpyright --level error
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/zizmor --quiet --offline .github/workflows action.yml

diff: $(READY)  ## what changes against BASE (HEAD), on the wire and in the client
	$(BIN)/python -m generator diff $(or $(BASE),HEAD)

bench: $(READY) $(BENCH)/.ready  ## measure against raw httpx and other clients
	$(BIN)/python -m benchmarks

cozepy: $(READY) $(BENCH)/.ready  ## docs/from-cozepy.md, in both languages, from both packages
	$(BENCH)/bin/python .ci/cozepy_surface.py > .ci/cozepy.json
	$(BIN)/python .ci/cozepy_pages.py

fuzz: $(READY)  ## hostile documents, bombs, killed builds: TIMES=10 times as long as in make test
	FUZZ_TIMES=$(or $(TIMES),10) $(BIN)/python -m pytest tests/fuzz
	$(BIN)/python -m tests.fuzz.atheris_reader -max_total_time=300

soak: $(READY)  ## use one client for ten minutes (SECONDS=600) and see that nothing piles up
	$(BIN)/python -m benchmarks.soak --seconds $(or $(SECONDS),600)

tools:  ## what judges the effective document from outside, for tests/tools; needs npm and the network
	mkdir -p .node
	cp requirements/tools/package.json requirements/tools/package-lock.json .node
	npm ci --ignore-scripts --no-audit --no-fund --prefix .node

lock-tools:  ## resolve requirements/tools/package.json into hashed pins; needs npm and the network
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund \
	  --prefix requirements/tools

docs: $(DOCS)/.ready  ## the site, in site/: guides and API reference, in English and Chinese
	$(DOCS)/bin/python .ci/site/build.py

build: $(READY)  ## the wheel and the source archive, in dist/
	$(BIN)/python -m build --no-isolation

release: check $(AUDIT)/.ready  ## VERSION=1.2.3 (DRY=1 commits nothing): set it, build, check, install afresh, take the tour, commit, tag; needs the network
	PYTHONPATH=. $(BIN)/python .ci/release.py "$(VERSION)"
	rm -rf dist $(FRESH)
	$(BIN)/python -m build --no-isolation
	$(AUDIT)/bin/twine check --strict dist/*
	$(AUDIT)/bin/check-wheel-contents dist
	for package in dist/*.whl dist/*.tar.gz; do \
	  $(PYTHON) -m venv --clear $(FRESH) && cp examples/tour.py $(FRESH) && \
	  $(FRESH)/bin/python -m pip install --quiet --disable-pip-version-check "./$$package[examples,sandbox]" && \
	  env -u COZE_API_TOKEN -u PYTHONPATH $(FRESH)/bin/python $(FRESH)/tour.py || exit 1; \
	done
	$(if $(DRY),git checkout CHANGELOG.md facade/coze_client/_version.py,git commit --all --message "Release $(VERSION)" && git tag --annotate --message "Release $(VERSION)" "v$(VERSION)")

audit: $(AUDIT)/.ready  ## look all pinned packages up among known vulnerabilities; needs the network
	$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes \
	  -r requirements/dev.txt -r requirements/bench.txt -r requirements/audit.txt -r requirements/docs.txt

sbom: $(AUDIT)/.ready  ## what the client is made with, in CycloneDX: dist/coze-client.cdx.json
	mkdir -p dist
	$(AUDIT)/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type library \
	  --output-reproducible --output-file dist/coze-client.cdx.json requirements/dev.txt

lock: $(READY)  ## resolve requirements/*.in into hashed pins; the benchmarks have our versions, but for what a peer forbids
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header --all-extras \
	  --output-file requirements/dev.txt requirements/dev.in pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements/audit.txt requirements/audit.in
	sed '/^websockets==/,/[^\\]$$/d' requirements/dev.txt > .constraints.txt
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements/bench.txt requirements/bench.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements/lowest.txt requirements/lowest.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header \
	  --output-file requirements/docs.txt requirements/docs.in

clean:  ## remove the environment and all that was built
	rm -rf .venv $(AUDIT) $(BENCH) $(DOCS) site .site* $(FRESH) $(LOWEST) .node dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH)/.ready: requirements/bench.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DOCS)/.ready: requirements/docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(LOWEST)/.ready: requirements/lowest.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $(LOWEST) -r $<
	@touch $@

$(AUDIT)/.ready: requirements/audit.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
