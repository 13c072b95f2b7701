# Many Voices: what a person types. `make` alone lists the commands.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
STUDY ?= corpora/coproduction
SHARED ?= ../shared
TORCH_INDEX ?=

PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
TORCH := $(shell grep '^torch==' constraints.txt)
BEGIN := echo "Setting up .venv; this takes a few minutes, once."; \
  "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; say where it is: make PYTHON=python3.11 …"; exit 1; }

.PHONY: help setup themes test check review quotes report release bench notebooks reference clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A .venv without .ready was cut short: it is begun again from nothing, and a failure leaves none behind.
.venv/.ready: constraints.txt pyproject.toml
	@$(BEGIN)
	@fresh=no; test -e $@ || { fresh=yes; rm -rf .venv; }; \
	trap 'test "$$fresh" = no || rm -rf .venv' EXIT; \
	test "$$fresh" = no || "$(PYTHON)" -m venv .venv || { echo "python3-venv is missing: sudo apt install python3-venv"; exit 1; }; \
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH); \
	$(PIP) -c constraints.txt -e .; \
	.venv/bin/python -m pipeline.methods.themes.compile_ahead; \
	touch $@; fresh=no

.venv/.ready-dev: .venv/.ready
	@echo "Adding what tests and checks need."
	@$(PIP) -c constraints.txt -e '.[dev]'
	@touch $@

setup: .venv/.ready ## Set up .venv with the pinned versions

themes: .venv/.ready ## Find the themes of a study and write a draft of its report (STUDY=folder)
	@.venv/bin/themes run "$(STUDY)"
	@.venv/bin/themes export "$(STUDY)" --to html --to team

report: .venv/.ready ## Write a draft of the report again from the last run, as a page, for Word and for Excel
	@.venv/bin/themes export "$(STUDY)" --to html --to docx --to xlsx --to summary --to charts --to tables

release: .venv/.ready ## Write the report that may be passed on, after asking: its figures are fixed for good
	@.venv/bin/themes release "$(STUDY)" --to html --to docx --to xlsx --to summary --to charts --to tables

quotes: .venv/.ready ## Write the quotes that people have approved, and why the others are withheld
	@.venv/bin/themes export "$(STUDY)" --to quotes

review: .venv/.ready ## Open the page on which people check the coding together
	@.venv/bin/themes review "$(STUDY)"

test: .venv/.ready-dev ## Run the tests
	@.venv/bin/python -m pytest -n logical --dist loadfile

check: .venv/.ready-dev ## Check style, types, layers and dependencies
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/deptry .

bench: .venv/.ready-dev ## Measure quality and speed on the data in SHARED (default ../shared)
	@.venv/bin/python tests/benchmarks/bench.py --shared "$(SHARED)"

notebooks: .venv/.ready-dev ## Run the notebooks
	@.venv/bin/python -m pytest --nbmake notebooks

reference: .venv/.ready-dev ## Describe the commands and the tables anew in docs/reference
	@.venv/bin/python tests/reference_pages.py

clean: ## Remove .venv and what was made from the sample study
	@rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage "$(STUDY)/derived" "$(STUDY)/exports"
