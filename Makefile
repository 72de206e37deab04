# Every target does its own set-up first: a virtual environment in .venv, by uv where it is on PATH, otherwise by venv
# and pip. `make` alone runs Gatelight. Another interpreter: make PYTHON=python3.13 (after `make clean`).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
OTHERS := tests/node_modules/.ready
INSTALL := install --quiet --constraint constraints.txt --editable '.[sandbox,dev]'

.PHONY: run test soak soak-tunnel live check format bench bench-doctor bench-gateway picture clean bench-latency
.DEFAULT_GOAL := run

run: $(READY)
	@$(BIN)/gatelight

test: $(READY) $(OTHERS)
	@$(BIN)/python -m pytest $(ARGS)

# Random faults, kills and changes by hand: make soak RUNS=1000 SEED=7 (another seed each time without one).
RUNS ?= 300
soak: $(READY)
	@SOAK_RUNS=$(RUNS) SOAK_SEED=$(SEED) $(BIN)/python -m pytest -m soak -n 0 tests/soak $(ARGS)

# The tunnel: a hundred starts and ends under load, and every fault on the line: make soak-tunnel CYCLES=500.
soak-tunnel: $(READY)
	@SOAK_CYCLES=$(CYCLES) $(BIN)/python -m pytest -m soak -n 0 -s tests/tunnel $(ARGS)

# The story on a real AWS account and a real FusionAuth (docs/testing.md); skipped, with the reason, without credentials.
live: $(READY)
	@$(BIN)/python -m pytest -m live -rs -n 0 tests/live $(ARGS)

check: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-doctor: $(READY)
	@$(BIN)/python -m benchmarks.doctor $(ARGS)

bench-gateway: $(READY)
	@$(BIN)/python -m benchmarks.gateway $(ARGS)

bench-latency: $(READY)
	@$(BIN)/python -m benchmarks.latency $(ARGS)

picture: $(READY)
	@$(BIN)/python docs/make_picture.py

clean:
	rm -rf .venv tests/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# .ready is made last, so that a set-up that failed or was interrupted is done again.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Gatelight needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.13" % sys.version_info[:2])'
	@echo "Setting up .venv (once) …" >&2
	@rm -f $(READY)
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --clear --python "$$(command -v $(PYTHON))" .venv && \
		uv pip $(INSTALL) --python $(BIN)/python; \
	else \
		$(PYTHON) -m venv --clear .venv && \
		$(BIN)/python -m pip $(INSTALL) --disable-pip-version-check; \
	fi
	@touch $(READY)

# Programs of others that a few tests hold Gatelight against (25 MB). Without npm or a network those are skipped, and it is
# tried anew.
$(OTHERS): tests/package.json
	@if ! command -v npm >/dev/null 2>&1; then \
		echo "npm is not installed: the tests with JavaScript programs of others are skipped." >&2; \
	elif npm install --prefix tests --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=silent \
		--fetch-retries=0 --fetch-timeout=15000 >/dev/null 2>&1; then \
		touch $(OTHERS); \
	else \
		echo "npm could not install tests/package.json: the tests with JavaScript programs of others are skipped." >&2; \
	fi
