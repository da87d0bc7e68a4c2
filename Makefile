# Everything below sets itself up: a fresh Debian needs git, make and python3 with venv.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup demo test check format format-check lint types imports audit bench words lock clean

demo: setup
	$(BIN)/bcc-wall demo

test: setup
	$(BIN)/pytest

check: setup format-check lint types imports test

setup: .venv/.complete

.venv/.complete: requirements.lock package-lock.json pyproject.toml
	@$(PYTHON) -c "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || \
	    { echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/npm ci --silent --no-audit --no-fund
	@touch $@

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check:
	$(BIN)/ruff format --check .

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports

audit: setup
	$(BIN)/pip-audit --require-hashes -r requirements.lock

bench: setup
	$(BIN)/python -m benchmarks

words:
	$(BIN)/pybabel extract -F babel.cfg -k t -k n_ -k gettext --no-location --omit-header --sort-output \
	    -o translations/messages.pot .
	$(BIN)/pybabel update -i translations/messages.pot -d translations --no-fuzzy-matching --omit-header
	for texts in translations/*/LC_MESSAGES/messages.po; do \
	    cat translations/header.po "$$texts" > "$$texts.new" && mv "$$texts.new" "$$texts"; done
	-$(BIN)/pybabel compile -d translations  # it takes "90 % dalam" for a placeholder
	rm translations/messages.pot

lock:
	uv pip compile --quiet --universal --group dev --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock

clean:
	rm -rf .venv node_modules
