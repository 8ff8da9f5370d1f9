# One door to everything. `make help` lists the targets.
# The first Python of 3.11 to 3.13 that really runs (a version manager's shim may be there and refuse).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 1
# Three on two cores: the tests wait for disks and processes as much as they compute. Files are taken in their own
# order, in which those with few and long tests come before the many short ones.
WORKERS ?= 3
ENGINE ?= embedded
# Tests and demos start hundreds of Pythons; where compiled modules may not be kept, each compiles all it imports.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-thorough test-long test-fabric lint type imports format up down stubs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.13 is needed and none was found; set PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.installed ## make the virtual environment and install the project into it

demo: setup ## nothing to a financed invoice: start the network, run the story, audit it (SEED=2, ENGINE=fabric)
	$(BIN)/counterfoil demo --seed $(SEED) --engine $(ENGINE)

test: setup ## run the tests, a file at a time on each of WORKERS processes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-thorough: setup ## what takes long and has no short form: kills, races, the pages' commands from the built wheel
	$(BIN)/python -m pytest -n 2 --dist loadfile -m thorough

test-long: setup ## the long forms of tests that `make test` has in short
	$(BIN)/python -m pytest -m "slow and not fabric"

test-fabric: setup ## the acceptance suite and the driver's tests on Fabric's own programs (FABRIC_BIN or PATH)
	$(BIN)/python -m pytest -m "not slow" --engine fabric tests/acceptance
	$(BIN)/python -m pytest -m "fabric and not slow" tests/fabric

test-fabric-faults: setup ## Fabric's own programs killed and frozen under load, and the cases that wait half a minute
	$(BIN)/python -m pytest -m slow --engine fabric tests/acceptance tests/fabric

record-fabric: setup ## write down anew what Fabric's own programs answer (tests/acceptance/recorded)
	$(BIN)/python -m pytest -m "slow or not slow" --engine fabric --record tests/acceptance/test_cases.py tests/acceptance/test_faults.py

lint: setup ## ruff: style, complexity, common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

type: setup ## mypy, strict
	$(BIN)/mypy

imports: setup ## who may import whom
	$(BIN)/lint-imports

up: setup ## start a network and keep it running (Ctrl-C ends it)
	$(BIN)/counterfoil network up

down: setup ## stop a network that runs in this folder
	$(BIN)/counterfoil network down

stubs: setup ## make the type stubs of Fabric's messages anew
	$(BIN)/python protocol/generate_stubs.py

lock: setup ## compile constraints.txt anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --all-extras --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml -o constraints.txt

clean: ## remove what was made: environment, caches, the network's folder
	rm -rf $(VENV) .counterfoil dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
