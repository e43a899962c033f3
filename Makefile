# The commands of the house. `make run` and `make test` bootstrap what they need and are safe to repeat.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON_ENVIRONMENT := infra/setup/python_environment.sh
BIN := .venv/bin
PORT ?= 8080
SPEED ?= 60
SEED ?= 7
SEEDS ?= 1000
FROM ?= 1
MINUTES ?= 30
export PYTHONUNBUFFERED := 1

.PHONY: run test lint bench simulate smoke canary fuzz soak package clean help setup page

run: setup ## start the local cloud and the web app: PORT=8080 SPEED=60 SEED=7
	@exec $(BIN)/python -m infra.local.up --port $(PORT) --speed $(SPEED) --seed $(SEED)

test: setup ## everything: lint, unit, contract, simulation, integration, smoke, the page in a browser
	@$(BIN)/python -m infra.checks.suite

lint: setup ## style, types, layers, templates, state machine, security
	@$(BIN)/python -m infra.checks.suite lint

bench: setup ## measurements, one JSON object a line
	@$(BIN)/python -m tests.performance

simulate: setup ## seeded simulations with injected faults: SEEDS=1000 FROM=1, or SEED=7 to replay one
	@$(BIN)/python -m tests.simulation $(if $(filter command,$(firstword $(origin SEED))),--seed $(SEED),--seeds $(SEEDS) --from $(FROM))

smoke: setup ## one timed run through the public API; the last line is what it saw, as JSON
	@$(BIN)/python -m tests.e2e.smoke

canary: setup ## plants secrets, lets a local cloud work, and looks for them in all that it kept; JSON at the end
	@$(BIN)/python -m tests.canary

fuzz: setup ## hostile requests made from the contract, against the local cloud: SEED=7
	@$(BIN)/python -m tests.fuzz $(if $(filter command,$(firstword $(origin SEED))),--seed $(SEED))

soak: setup ## runs on the local cloud under random faults and process kills: MINUTES=30
	@$(BIN)/python -m tests.soak --minutes $(MINUTES)

package: setup ## build/aws/{sam.json,deployment.zip} for AWS
	@$(BIN)/python -m infra.package

clean: ## forget the local cloud's state and everything built (keeps .venv and node_modules)
	@if [ -d .local ]; then $(BIN)/python -m infra.local.forget; fi
	@rm -rf build vendor frontend/dist frontend/test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -not -path './frontend/node_modules/*' -prune \
		-exec rm -rf {} +

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup:
	@sh $(PYTHON_ENVIRONMENT)
