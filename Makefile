# Everything a contributor types. Needs node with npm, or bun; all other tools come from node_modules.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

BUN := node_modules/.bin/bun
# Runs a tool of node_modules on bun, so that no node is needed.
TOOL := $(BUN) run --silent --bun
# What `make test` and `make check` run: the test files whose path contains one of these words, or all.
ONLY ?=

GIT_COMMIT_SHA ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BUILD_DATE ?= $(shell date -u +%Y-%m-%dT%H:%M:%SZ)
BINARY := dist/dashstream

STACK := $(BUN) compose/processes/main.ts

.PHONY: help demo test check fmt lint types build smoke smoke-deno bench generate runbook-table kafka promtool3 compose-check jaeger hadolint clean \
  stack-up stack-down stack-status stack-logs stack-restart stack-stop stack-start stack-kill stack-shell drill

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 15
	@echo
	@if [ -x $(BUN) ]; then $(STACK) --help | sed -n 's/^Variables:/Variables of stack-...:/; /^Variables of/,$$p'; \
	  else echo 'Variables of stack-...: compose/processes/README.md'; fi

demo: node_modules/.installed ## broker, traffic and server in one process; ends on Ctrl-C or after DEMO_SECONDS
	@$(BUN) src/cli/main.ts demo

test: node_modules/.installed ## all tests, also long ones and those of real components that are there (ONLY=word ... for some)
	@$(BUN) test/support/run-tests.ts $(ONLY)

check: lint types ## the quick tier: format, lint, types, layers, tests without real components and long ones
	@DASHSTREAM_SKIP_REAL=1 DASHSTREAM_SKIP_LONG=1 $(BUN) test/support/run-tests.ts $(ONLY)

lint: node_modules/.installed ## check format and lint rules
	@$(TOOL) biome check --error-on-warnings .

types: node_modules/.installed ## check types
	@$(TOOL) tsc

fmt: node_modules/.installed ## format, sort imports and apply safe fixes
	@$(TOOL) biome check --write .

# Not minified: it would save 1 % of the size and cost the names in logs and stack traces. Bytecode makes the
# start four times faster. The source map is inside the executable; the copy beside it is of no use.
build: node_modules/.installed ## dist/dashstream, one executable
	@mkdir -p $(dir $(BINARY))
	@$(BUN) build --compile --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
	  --bytecode --format=esm --sourcemap=inline --define 'process.env.NODE_ENV="production"' \
	  --define 'DASHSTREAM_GIT_SHA="$(GIT_COMMIT_SHA)"' --define 'DASHSTREAM_BUILD_DATE="$(BUILD_DATE)"' \
	  --outfile=$(BINARY) src/cli/main.ts
	@rm -f $(BINARY).map

smoke: node_modules/.installed ## try the commands of dist/dashstream in an empty directory with a hostile .env
	@$(BUN) test/smoke/smoke.ts binary $(BINARY)

smoke-deno: node_modules/.installed ## the same commands on Deno
	@$(BUN) test/smoke/smoke.ts deno

bench: node_modules/.installed ## throughput, latency and memory, each beside a bare baseline
	@$(BUN) test/bench/main.ts

generate: node_modules/.installed ## rewrite the generated files
	@$(BUN) proto/generate.ts
	@$(BUN) src/config/generate.ts
	@$(BUN) src/alerts/generate.ts
	@$(BUN) sim/scenarios/generate.ts
	@$(BUN) sim/faults/generate.ts
	@$(BUN) sim/verify/report/html/generate.ts
	@$(BUN) compose/grafana/generate.ts
	@$(BUN) test/compose/runbook/generate.ts

runbook-table: node_modules/.installed ## compose/runbook/BLOCKS.md: each command of the runbook and whether it works
	@$(BUN) test/compose/runbook/generate.ts

kafka: node_modules/.installed ## fetch the Kafka releases that tests use (needs java and maven)
	@$(BUN) test/support/fetch-kafka.ts

promtool3: node_modules/.installed ## build promtool and Prometheus of release 3, which tests compare with (needs go)
	@$(BUN) test/support/fetch-promtool3.ts

jaeger: node_modules/.installed ## build Jaeger, the trace store that tests and the stack use (needs go)
	@$(BUN) test/support/fetch-jaeger.ts

compose-check: node_modules/.installed ## build the loader of the compose specification, which tests hold the stack against (needs go)
	@$(BUN) test/support/fetch-compose-check.ts

hadolint: node_modules/.installed ## fetch hadolint, which tests hold the Dockerfile against (needs python3)
	@$(BUN) test/support/fetch-hadolint.ts

stack-up: node_modules/.installed ## Kafka, Redis, Prometheus, Alertmanager and the appliance of the compose file as processes
	@$(STACK) up

stack-status: node_modules/.installed ## which of them are ready (JSON=1)
	@$(STACK) status $(if $(JSON),--json)

stack-logs: node_modules/.installed ## the end of their logs (SERVICE=name, LINES=100, FOLLOW=1)
	@$(STACK) logs $(SERVICE) $(if $(LINES),--lines $(LINES)) $(if $(FOLLOW),--follow)

stack-restart stack-stop stack-start stack-kill: stack-%: node_modules/.installed
	@$(STACK) $* $(or $(SERVICE),$(error SERVICE=name is missing))

# In the folder of the compose file, where the runbook's commands are typed. Whoever leaves the shell after a command that failed
# has made no mistake; what is piped into it has.
stack-shell: node_modules/.installed ## a shell in which `docker`, `docker-compose` and Kafka's tools act on them
	@$(STACK) addresses >&2
	@cd compose && STACK_DIR="$(abspath $(or $(STACK_DIR),.stack))" \
	  PATH="$(CURDIR)/compose/processes/stand-ins/bin:$(abspath $(or $(STACK_DIR),.stack))/bin:$$PATH" $${SHELL:-bash} || { status=$$?; [ -t 0 ] || exit $$status; }

stack-down: node_modules/.installed ## end them in order; data and logs stay (WIPE=1 removes them)
	@$(STACK) down $(if $(WIPE),--wipe)

drill: node_modules/.installed ## drills of a stack of its own, SCALE=60 times as fast (ONLY=ALERT,SCENARIO for some)
	@$(BUN) test/compose/drill/main.ts --only "$(ONLY)" --scale "$(or $(SCALE),60)"

clean: ## remove what was built
	rm -rf dist

# Holds a copy of the lock file that node_modules was installed from.
node_modules/.installed: package-lock.json
	@cmp -s $< $@ || if command -v npm >/dev/null; then npm ci --prefer-offline --no-audit --no-fund --loglevel=error; \
	  else bun install --no-save --frozen-lockfile; fi
	@$(BUN) --version >/dev/null 2>&1 || node node_modules/bun/install.js
	@cp $< $@
