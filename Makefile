# `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: help install run test check lock clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

install: .venv/.installed ## make the environment; .venv/bin/newsgloss is then the command

run: install ## load the demo stories and serve them on 127.0.0.1:8000
	$(BIN)/newsgloss add seeds
	$(BIN)/newsgloss serve

test: .venv/.installed-dev ## run all tests, those in a browser and on PostgreSQL too
	tests/with_postgresql $(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: .venv/.installed-dev ## lint, format, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: .venv/.installed-dev ## pin the newest versions that pyproject.toml allows
	$(LOCK) pyproject.toml --output-file requirements/main.txt
	$(LOCK) pyproject.toml --extra postgres --constraint requirements/main.txt --output-file requirements/postgres.txt
	$(LOCK) pyproject.toml --extra cluster --constraint requirements/main.txt --output-file requirements/cluster.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements/main.txt --output-file requirements/dev.txt

clean: ## remove the environment and caches; the archive stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Newsgloss needs Python 3.11 or newer; say which with: make run PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.made requirements/main.txt pyproject.toml
	@echo "Installing; the first time this takes a minute or two …"
	$(PIP) --require-hashes -r requirements/main.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
