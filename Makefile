# make run    set up and serve the demo register on this machine
# make test   set up and pass the tests, on SQLite and on PostgreSQL
# make check  lint, types, floors
# make bench  measured ratios
# make score-entry-minute  two browsers type into one sitting for a minute; counts lost updates

PYTHON ?= python3
PORT ?= 8000
DATA ?= data
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.PHONY: run test test-sqlite test-postgresql score-entry-minute check bench translations pictures wheel clean

$(VENV)/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,postgresql]'
	touch $@ $(VENV)/.run

run: $(VENV)/.run
	REGISTRY_DATA_DIR=$(DATA) REGISTRY_DEMO=1 REGISTRY_PUBLIC_URL=http://127.0.0.1:$(PORT) \
		$(BIN)/registry demo --serve --port $(PORT)

test: test-sqlite test-postgresql

test-sqlite: $(VENV)/.test
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --engine sqlite

test-postgresql: $(VENV)/.test
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --engine postgresql \
		-m "not browser" tests/store tests/services tests/web tests/command_line tests/journeys

score-entry-minute: $(VENV)/.test
	REGISTRY_SCORE_SECONDS=60 $(BIN)/python -m pytest -q -s tests/journeys/test_score_entry.py -k two_browsers

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

bench: $(VENV)/.test
	$(BIN)/python -m bench

translations: $(VENV)/.test
	for po in registry/translations/en/LC_MESSAGES/*.po; do \
		$(BIN)/pybabel compile --input-file $$po --output-file $${po%.po}.mo --locale en || exit 1; \
	done

pictures: $(VENV)/.test
	$(BIN)/python -m docs.make_pictures

wheel: $(VENV)/.test
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info
