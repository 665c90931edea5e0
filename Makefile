# The workflow in commands. `make run` and `make test` do all of their own set-up.

# The first that runs and is new enough: a name on the path may be a stand-in for a version that is not there.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := align_sync tests benchmarks migrations
PYTEST_OPTIONS ?= -q -n 2

.DEFAULT_GOAL := help
.PHONY: help run test lint types contracts format lock wheel clean

help:  ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(STAMP)  ## Pull, link, report; on sample data until accounts are set in the environment or .env
	@$(BIN)/align-sync run --sample-if-unconfigured

test: $(STAMP)  ## Every test
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

lint: $(STAMP)  ## Style and formatting
	@$(BIN)/ruff check $(PACKAGES)
	@$(BIN)/ruff format --check $(PACKAGES)
	@$(BIN)/deptry .

types: $(STAMP)  ## Types, strict
	@$(BIN)/mypy

contracts: $(STAMP)  ## Who may import whom
	@$(BIN)/lint-imports

format: $(STAMP)  ## Bring the code into form
	@$(BIN)/ruff check --fix $(PACKAGES)
	@$(BIN)/ruff format $(PACKAGES)

wheel: $(STAMP)  ## Build the wheel into dist/
	@$(BIN)/python -m hatchling build -t wheel

lock:  ## Pin all dependencies by hash; needs uv
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
		--no-annotate --extra postgres --extra scale --custom-compile-command "make lock" --upgrade -q -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
		--no-annotate --extra postgres --extra scale --extra notify --group dev --custom-compile-command "make lock" --upgrade -q \
		-o requirements-dev.lock

clean:  ## Forget everything that was built or installed
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamp tells that the environment fits the lock file; a changed lock file makes it anew.
$(STAMP): requirements-dev.lock pyproject.toml
	@$(if $(PYTHON),true,echo "align-sync needs Python 3.11 or newer; found: $$(python3 --version 2>&1)" >&2; exit 2)
	@echo "setting up $(VENV) (once, about half a minute)" >&2
	@if command -v uv >/dev/null 2>&1; then \
		uv venv -q --allow-existing --python $(PYTHON) $(VENV) && \
		uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock && \
		uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@
