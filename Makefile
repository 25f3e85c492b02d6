# For developers, inside an environment with: pip install -e '.[lab,data,test,dev]'
# Users need no make: see start.py.

PYTHON ?= python
COUNT ?= 100000
SEED ?= 1
NBVAL = --nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with tests/nbval.cfg

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## the quick tests
	$(PYTHON) -m pytest

test-all: ## all tests, and the notebooks as tests; CuPy emulated if it is installed
	BREW_CUPY=$${BREW_CUPY:-auto} $(PYTHON) -m pytest -m "not gpu" $(NBVAL) tests notebooks

emulated: ## all tests of the GPU code, CuPy emulated on the CPU
	BREW_CUPY=emulate $(PYTHON) -m pytest -m "device or emulated"

gpu-check: ## the same tests on a real GPU; writes gpu_verified.json
	$(PYTHON) -m tests.gpu_check

mutants: ## plant bugs in a copy of brew, and see that the tests notice
	$(PYTHON) -m tests.mutants

fuzz: ## damage files of every kind and read them; COUNT=1000000 SEED=2 for more
	$(PYTHON) -m tests.fuzz --count $(COUNT) --seed $(SEED)

bench: ## speed and memory beside PyTorch, which must be installed; minutes
	$(PYTHON) -m benchmarks nets
	$(PYTHON) -m benchmarks memory
	$(PYTHON) -m benchmarks layers

kill-test: ## kill trainings 50 times at random moments, and see that nothing is lost
	$(PYTHON) -m tests.solvers.kill --kills 50
	$(PYTHON) -m tests.solvers.kill --kills 50 --format HDF5

lint: ## style, and whether the code is formatted
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check

format: ## format the code, and mend what can be mended automatically
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

types: ## check the types
	$(PYTHON) -m mypy

check: lint types test-all ## all that must hold before a change is handed in

coverage: ## which lines no test reaches
	$(PYTHON) -m pytest -m "not gpu" --cov --cov-report=term-missing

notebooks: ## run the notebooks anew and keep their outputs
	for notebook in notebooks/*.ipynb; do $(PYTHON) -m jupyter nbconvert --to notebook --execute --inplace \
	  --ExecutePreprocessor.record_timing=False $$notebook || exit 1; done

docs: ## make the page of all layer types from their docstrings, and its pictures
	$(PYTHON) -m brew layers --markdown > docs/layers.md
	$(PYTHON) -m brew layers --pictures docs/pictures

proto: ## compile the schema after a change of caffe.proto
	$(PYTHON) -m grpc_tools.protoc -Ibrew/proto --descriptor_set_out=brew/proto/caffe.binpb brew/proto/caffe.proto

clean: ## remove what tests and builds left behind
	rm -rf build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help test test-all emulated gpu-check mutants kill-test fuzz lint format types check coverage notebooks docs proto clean
