# Two commands are all a newcomer needs: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint lock bench clean setup
.DEFAULT_GOAL := help

help:
	@echo "make run    start the product with the demo county at http://127.0.0.1:$(PORT)"
	@echo "make test   lint, types, import contracts, migrations, every test"
	@echo "make lint   the checks without the tests"
	@echo "make bench  measure against the references (docs/performance.md); ARGS=\"list get\" or ARGS=\"--skip growth\""
	@echo "make lock   resolve requirements/*.in into locked files with hashes"

$(VENV)/runtime.stamp: requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	touch $@

$(VENV)/develop.stamp: requirements/develop.txt $(VENV)/runtime.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt -r requirements/develop.txt
	touch $@

admin_pages/static/vendor/manifest.json: package.json package-lock.json scripts/build_assets.mjs
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	npm run --silent assets
	touch $@

setup: $(VENV)/develop.stamp admin_pages/static/vendor/manifest.json

run: $(VENV)/runtime.stamp admin_pages/static/vendor/manifest.json
	PORT=$(PORT) $(BIN)/python -m backend.cli run

lint: $(VENV)/develop.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup lint
	$(BIN)/python -m pytest -n 2 --ignore tests/e2e
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/e2e

bench: setup
	$(BIN)/python -m benchmarks $(ARGS)

lock:
	test -x .tools/bin/uv || ($(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv)
	.tools/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 requirements/runtime.in -o requirements/runtime.txt
	.tools/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 requirements/develop.in -o requirements/develop.txt

clean:
	rm -rf $(VENV) .tools node_modules admin_pages/static/vendor
