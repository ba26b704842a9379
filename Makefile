# The verbs of this project. `make demo` shows it, `make check` is all that CI runs.
.PHONY: help dev demo test lint words types check synth bench docs dist mutate cover lock clean
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
# jsii prints eleven lines about the end of life of odd or old Node releases at every start.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20,21,23
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1
# So many declarations are generated, and as many mutated, in each run of the tests.
export FUZZ ?= 2000
# Many tests wait for a process or a pause rather than for a processor.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
# npm asks the registry for its own new releases, and announces them.
export NPM_CONFIG_UPDATE_NOTIFIER := false

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/user.stamp node_modules/user.stamp ## Declare, deploy, push, pull and change a registry on an embedded AWS
	$(BIN)/python examples/demo.py

dev: $(VENV)/dev.stamp node_modules/dev.stamp ## Make the environment of a contributor: .venv and node_modules
	@echo "ready: activate it by 'source $(VENV)/bin/activate', or run one test file by 'make test T=tests/unit/model/names/test_repository.py'"

# T names the tests: files, folders, tests of a file, options of pytest. Without it every test is run.
ifdef T
test: dev ## Run every test that can run on this machine, or with T=… the tests that T names
	$(BIN)/python -m pytest $(T)
else
test: dev .tools/checkov/ready.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
endif

lint: $(VENV)/dev.stamp ## Check style, words and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	scripts/words

words: $(VENV)/dev.stamp ## Find words that a reader may not know (docs/contributing/words.md), by room
	scripts/words

types: $(VENV)/dev.stamp node_modules/dev.stamp ## Check types with mypy and pyright
	$(BIN)/mypy
	pyright

check: lint types test ## All of the above: exactly what CI runs

synth: $(VENV)/user.stamp node_modules/user.stamp ## Write the CloudFormation of registry.yaml into cdk.out/
	cdk synth --quiet

bench: $(VENV)/dev.stamp node_modules/dev.stamp ## Measure against peers, as ratios within one run
	for figure in start records synthesis own_project credential_helper review; do $(BIN)/python -m benchmarks.$$figure; done
	for figure in check access fate live push; do $(BIN)/python benchmarks/$$figure.py; done

docs: $(VENV)/dev.stamp ## Build the documentation site into site/; a broken link or anchor is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# Each mutant is one more run of the tests; fewer random inputs are enough to notice it.
mutate: dev ## Change the evaluators in small ways, and list each change that no test notices (about ten minutes)
	FUZZ=60 $(BIN)/mutmut run --max-children $(WORKERS) >/dev/null
	scripts/mutants

cover: dev ## Show the branches of the model and the evaluators that no test takes
	FUZZ=200 $(BIN)/python -m pytest -q -n $(WORKERS) --cov --cov-report=term \
		tests/unit tests/properties tests/declarations tests/review

dist: $(VENV)/dev.stamp ## Build the wheel, the source archive and the bill of materials into dist/, from hashes
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/uv build --quiet --build-constraints locks/build.txt --require-hashes
	$(PYTHON) -m venv .tools/distributions
	.tools/distributions/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/distributions.txt
	.tools/distributions/bin/twine check --strict dist/*.whl dist/*.tar.gz
	@# W009: the wheel has two packages, and both are meant (docs/adr/0001-constructs-is-a-source-root.md).
	.tools/distributions/bin/check-wheel-contents --ignore W009 dist/*.whl
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file dist/shared-ecr.cdx.json locks/client.txt

lock: $(VENV)/dev.stamp ## Pin the newest versions that pyproject.toml allows
	scripts/lock

clean: ## Remove everything that make made
	rm -rf $(VENV) node_modules .tools cdk.out mutants site dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shared-ecr needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

# Every package is checked against its hash. This project itself has none, so it comes after, and brings nothing.
PIP := -m pip install --quiet --disable-pip-version-check
$(VENV)/user.stamp: locks/user.txt locks/build.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python $(PIP) --require-hashes -r locks/user.txt -r locks/build.txt
	$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: locks/dev.txt $(VENV)/user.stamp
	$(BIN)/python $(PIP) --require-hashes -r locks/dev.txt
	touch $@

# checkov pins versions that contradict ours, so it has an environment of its own.
.tools/checkov/ready.stamp: locks/checkov.txt
	$(PYTHON) -m venv .tools/checkov
	.tools/checkov/bin/python $(PIP) --require-hashes -r locks/checkov.txt
	touch $@

node_modules/user.stamp: package-lock.json $(VENV)/user.stamp
	scripts/ensure-node $(VENV)
	npm ci --omit=dev --silent
	touch $@

node_modules/dev.stamp: package-lock.json $(VENV)/dev.stamp
	scripts/ensure-node $(VENV)
	npm ci --silent
	touch node_modules/user.stamp $@
