# make demo         analyses the bundled table and says where the report is
# make test         everything that has to hold
# make test-model   the whole path with a real, small model at the other end
# make attack       the attacks and properties of `make test` with a hundred times the examples; takes an hour or more
# make mutants      changes the gate and the parser in one place at a time; says which change no test notices; an hour
# All of them make the environment themselves; nothing but Python >= 3.11 and make is needed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# What the sealed processes import: they cannot keep what they compile, and would do it again at every start.
COMPILE := cd .venv/lib/python3*/site-packages && ../../../bin/python -m compileall -q -x /tests/
PIP := $(BIN)/python -B -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-model attack mutants lint bench corpora lock clean

demo: .venv/core.stamp
	$(BIN)/headgate demo --out demo-report

test: .venv/dev.stamp
	sh tools/needs.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-model: .venv/model.stamp
	$(BIN)/python -m pytest -m model tests/model

attack: .venv/dev.stamp
	sh tools/needs.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile --timeout 0 --hypothesis-profile attack tests/attack tests/property
	$(BIN)/python tools/fuzz_answers.py --runs 1000000

mutants: .venv/dev.stamp
	$(BIN)/python tools/mutants.py run --max-children 2
	$(BIN)/python tools/mutants.py constants
	$(BIN)/python tools/mutants.py results

lint: .venv/dev.stamp
	$(BIN)/ruff check src tests tools
	$(BIN)/ruff format --check --quiet src tests tools
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/structure

bench: .venv/dev.stamp
	$(BIN)/python tools/bench.py

corpora: .venv/dev.stamp
	$(BIN)/python tools/corpora.py

# The locks hold hashes and no address: any index that serves these files will do.
lock: .venv/dev.stamp
	$(BIN)/python tools/lock.py

.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "Headgate needs Python 3.11 or newer; none was found."; exit 2; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; apt-get install -y python3-venv && $(PYTHON) -m venv .venv; }
	$(PIP) uninstall --yes setuptools 2>/dev/null
	touch $@

.venv/core.stamp: .venv/python.stamp requirements.lock pyproject.toml
	$(PIP) install --no-compile --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	$(COMPILE) ibis sqlglot sqlalchemy duckdb
	touch $@

.venv/dev.stamp: .venv/core.stamp requirements-dev.lock
	$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	$(COMPILE) numpy pandas scipy statsmodels patsy formulaic ruptures hypothesis
	touch $@

.venv/model.stamp: .venv/dev.stamp requirements-model.lock
	$(PIP) install --no-compile --require-hashes -r requirements-model.lock
	touch $@

clean:
	rm -rf .venv demo-report build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants
