# Sets up, runs, tests. What people work with from day to day is Snakemake itself: .venv/bin/snakemake --cores all

## make setup PYTHON=python3.12       with this Python rather than the first suitable one
## make setup TORCH_INDEX=<address>   with torch from there, e.g. its CPU build: no CUDA, 4 GB less
## make slurm-test CONFIG=<file>      with this study rather than the default one

BIN := .venv/bin
INSTALLED := .venv/.installed
STUDY := digits
CONFIG := config/config.yaml
CACHES := .hypothesis .mypy_cache .pytest_cache .ruff_cache

.DEFAULT_GOAL := study
.PHONY: study status setup test slurm-test lint bench docs pins clean help

study: $(INSTALLED)  ## Set up, run the default study, say where its report is (plain `make`)
	@$(BIN)/snakemake --cores all
	@echo "The report: results/$(STUDY)/report/index.html"

status: $(INSTALLED)  ## Show how far the default study is
	@$(BIN)/python -m superposition status

setup: $(INSTALLED)  ## Make .venv and install what envs/ pins

$(INSTALLED): pyproject.toml envs/setup $(wildcard envs/*.txt)
	@PYTHON="$(PYTHON)" TORCH_INDEX="$(TORCH_INDEX)" envs/setup
	@touch $@

test: $(INSTALLED)  ## Run the tests, on up to four cores
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

slurm-test: $(INSTALLED)  ## Run the default study on a SLURM cluster that lives as long (as root, on Debian)
	@SUPERPOSITION_TEST_STUDY=$(CONFIG) tests/slurm/cluster $(BIN)/python -m pytest tests/slurm

lint: $(INSTALLED)  ## Check style, types and the workflow
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/snakefmt --check Snakefile workflow/rules
	@$(BIN)/mypy
	@$(BIN)/snakemake --lint

bench: $(INSTALLED)  ## Run the benchmarks side by side with their references
	@$(BIN)/python -m tests.benchmarks

docs: $(INSTALLED)  ## Renew config/schema.json and config/README.md from the code
	@$(BIN)/python -m superposition.manual

pins: $(INSTALLED)  ## Renew the pinned versions in envs/
	@$(BIN)/python envs/pin.py

clean:  ## Remove the results of the default study and the tools' caches; nothing else
	rm -rf results/$(STUDY) $(CACHES)

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 } /^## / { print substr($$0, 4) }' Makefile
