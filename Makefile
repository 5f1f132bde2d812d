# Two commands do everything: `make demo` (the whole loop on the example quarter) and `make test`.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# One number for everything that runs side by side; tests are divided over the cores.
WORKERS ?= auto

.PHONY: help setup demo test test-long check bench bench-full bounds clean lock requirements
help:
	@echo "make demo   the whole loop on the invented example quarter, into maps/"
	@echo "make test   all tests"
	@echo "make test-long  kills, power cuts, random histories, load and fuzzing in full: about an hour"
	@echo "make requirements  which tests prove which requirement, and how they ended"
	@echo "make check  lint, types, import contracts, docs, dependencies, then make test"
	@echo "make bench  figures: import, plan, memory, solver, rotation (make bench-full: hours)"
	@echo "make bounds bounds for the rounds of the solver bench (bench/rounds.py), into build/"
	@echo "make clean  removes what the commands above made"

setup: $(READY)

$(READY): requirements.lock pyproject.toml scripts/make_venv.sh
	@sh scripts/make_venv.sh "$(PYTHON)" "$(VENV)"
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python scripts/demo.py

test: $(READY)
	@mkdir -p build
	@$(BIN)/python -m pytest -n $(WORKERS) -q --junitxml=build/tests.xml

check: $(READY)
	$(BIN)/ruff format --check src tests bench scripts
	$(BIN)/ruff check src tests bench scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_docstrings.py
	$(BIN)/deptry src
	$(BIN)/python scripts/requirements_without_test.py
	$(MAKE) test

# About an hour: what make test does in small, in full. Fuzzing goes on where it stopped.
test-long: $(READY)
	@mkdir -p build
	@$(BIN)/python bench/store_kills.py
	@$(BIN)/python bench/power_loss.py
	@$(BIN)/python bench/store_load.py
	@$(BIN)/python bench/histories.py
	@$(BIN)/python bench/lineages.py
	@$(BIN)/python bench/fuzz.py --state build/fuzz.json --seconds 1200
	@$(BIN)/python bench/fuzz.py --binary --state build/fuzz-binary.json --seconds 900

# Within ten minutes on two cores.
bench: $(READY)
	@$(BIN)/python bench/bench_kampen.py
	@$(BIN)/python bench/rounds.py --seconds 1 --seeds 2
	@$(BIN)/python bench/team.py --seconds 3 --seeds 1 --sizes 4
	@$(BIN)/python bench/natural.py
	@$(BIN)/python bench/anytime.py
	@$(BIN)/python bench/valid.py --cases 1000 --days 6
	@$(BIN)/python bench/rank_speed.py
	@$(BIN)/python bench/worlds.py

# Hours: longer searches, all days, every invented world, pace and rest; goes on where it stopped.
bench-full: $(READY)
	@$(BIN)/python bench/rounds.py --seconds 1 5 10 --seeds 5
	@$(BIN)/python bench/team.py --seconds 10 --seeds 3
	@$(BIN)/python bench/oplib.py --seconds 10 --long 600
	@$(BIN)/python bench/oplib.py --sizes 30 40 48 60 --proofs 120 --long 10 --long-seeds 1
	@$(BIN)/python bench/valid.py --cases 20000 --days 60
	@$(BIN)/python bench/hold.py
	@$(BIN)/python bench/divide.py
	@$(BIN)/python bench/calibration.py
	@$(BIN)/python bench/assistants.py
	@$(BIN)/python bench/retention.py
	@$(BIN)/python bench/store_kills.py --n 10000
	@$(BIN)/python bench/power_loss.py --n 10000
	@$(BIN)/python bench/worlds.py --full build/worlds.jsonl

# Half an hour at first, then only what is missing: what no round of the bench can exceed.
bounds: $(READY)
	@$(BIN)/python bench/bounds.py

requirements: $(READY)
	@$(BIN)/python scripts/requirements_without_test.py --all

# Only for maintainers, with `uv` at hand: renew the lock file (hashes, no index address in it).
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	rm -rf maps/voorbeeldwijk
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
