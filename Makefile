# Needs Python 3.11 to 3.13 with venv, and make; everything else goes into .venv.
PYTHON ?= python3
UV_VERSION := 0.13.9

BIN := .venv/bin
UV := $(BIN)/uv
RUN := .venv/requirements.stamp
DEV := .venv/requirements-dev.stamp
# The machine's certificates, as pip uses them: behind a company's proxy uv's own are not enough.
export UV_SYSTEM_CERTS ?= true
ROWS ?= 100000 1000000
WAIT_SECONDS ?= 600
FUZZ_EXAMPLES ?= 10000
FAULT_RUNS ?= 300
COMPILE := pip compile --universal --python-version 3.11 --no-annotate -q

# Compiled once here, not in every task's process.
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up down test test-faults check bench bench-lookups bench-waiting fuzz evaluate requirements check-requirements

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(RUN) ## Translate four example days: one run by hand, a backfill of three; no key needed
	@$(BIN)/python scripts/demo.py

up: $(RUN) ## Start Airflow with its UI, until Ctrl-C; without a key against the local API
	@$(BIN)/python scripts/up.py

down: $(RUN) ## End what `make up` started, from another shell
	@$(BIN)/python scripts/down.py

test: $(DEV) ## Run all tests, those that start a whole Airflow last
	$(BIN)/python -m pytest tests -m "not airflow"
	$(BIN)/python -m pytest tests -m airflow

test-faults: $(DEV) ## Inject every fault: into the steps (FAULT_RUNS=300), into a real Airflow; docs/reliability.md
	@report=$$(mktemp) && trap 'rm -f "$$report"' EXIT && export FAULTS_REPORT="$$report" && failed=0; \
	FAULT_RUNS=$(FAULT_RUNS) $(BIN)/python -m pytest tests/faults -m "not airflow" || failed=1; \
	BACKFILL_DAYS=30 CLEARS=all $(BIN)/python -m pytest tests/faults -m airflow || failed=1; \
	$(BIN)/python tests/faults/table.py "$$report" && exit $$failed

check: $(DEV) check-requirements ## Lint, format, types, who imports whom, pinned requirements
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=include:plugins $(BIN)/lint-imports

bench: $(DEV) ## Measure the core against a plain streaming floor (ROWS="100000 1000000")
	$(BIN)/python tests/benchmarks/core.py --rows $(ROWS)

bench-lookups: $(DEV) ## Measure look-ups of 1M texts in ledgers of up to 10M answers (some minutes, 5 GB)
	$(BIN)/python tests/benchmarks/lookups.py

bench-waiting: $(DEV) ## Measure a triggerer in which 1,000 batches wait (WAIT_SECONDS=600)
	PYTHONPATH=scripts:tests $(BIN)/python tests/benchmarks/waiting.py --delay $(WAIT_SECONDS)

fuzz: $(DEV) ## Generated documents of every format (FUZZ_EXAMPLES=10000 each)
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest tests/conformance -k "any_" -v --timeout 7200

evaluate: $(DEV) ## Score translations: FOLDER=2024-04-17 or data/output/2024-04-17/en, REFERENCES=folder (docs/evaluation.md)
	@test -n "$(FOLDER)" -a -n "$(REFERENCES)" || \
	{ echo "name both: make evaluate FOLDER=2024-04-17 REFERENCES=folder [OPTIONS=\"--json FILE\"]" >&2; exit 1; }
	@PYTHONPATH=include $(BIN)/python -m batch_translate evaluate "$(FOLDER)" --references "$(REFERENCES)" $(OPTIONS)

requirements: $(UV) ## Compile requirements.txt and requirements-dev.txt anew
	$(UV) $(COMPILE) requirements.in -o requirements.txt
	$(UV) $(COMPILE) requirements-dev.in -o requirements-dev.txt

# The pins at hand are preferences: only a requirement they do not meet changes anything.
check-requirements: $(UV)
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && cp requirements*.in requirements*.txt "$$copy" && \
	uv=$$PWD/$(UV) && cd "$$copy" && \
	"$$uv" $(COMPILE) requirements.in -o requirements.txt && \
	"$$uv" $(COMPILE) requirements-dev.in -o requirements-dev.txt && \
	diff -u "$(CURDIR)/requirements.txt" requirements.txt && \
	diff -u "$(CURDIR)/requirements-dev.txt" requirements-dev.txt || \
	{ echo "requirements*.txt do not follow from requirements*.in: run make requirements" >&2; exit 1; }

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	{ echo "$(PYTHON) is not Python 3.11 to 3.13; name one that is: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(RUN): requirements.txt | $(UV)
	$(INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements.txt requirements-dev.txt | $(UV)
	$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@ $(RUN)
