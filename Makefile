# The commands of a developer's day. `make help` lists them.
GO      ?= go
BIN     := bin/trailscribe
GOTESTSUM := gotest.tools/gotestsum@v1.13.0
TIMEOUT ?= 30m
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.48.0
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.13.1
SUPPORT := awsfake|engine/enginetest|engine/trino|engine/trinotest|document/documenttest|source/sourcetest|export/exporttest|run/runtest|run/historytest|sql/mutation|integrity/integritytest
SEED    ?= 1
FUZZTIME ?= 30s
FUZZ    ?= .
ATTACKS ?= whole
RACE    ?= ./internal/result ./internal/run ./internal/audit ./internal/engine/duckdb/... ./internal/source/...

.PHONY: help build install demo test race deadcode lint lint-fetch readers conformance mutation integrity faults attack fuzz fuzz-short bench golden clean aws-smoke

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## the program, in bin/
	$(GO) build -trimpath -o $(BIN) ./cmd/trailscribe

install: ## the program, where `go install` puts programs; that folder must be on your PATH
	$(GO) install -trimpath ./cmd/trailscribe

demo: build ## sample logs and reports from them, in demo/
	$(BIN) demo --out demo

test: ## every test that needs no network; what was skipped, and why, is in the last lines
	$(GO) vet ./...
	$(GO) run $(GOTESTSUM) --format pkgname --format-hide-empty-pkg -- -timeout $(TIMEOUT) ./...

# What is left out measures memory, of which the race detector takes several times as much.
race: ## the packages with goroutines, under the race detector
	$(GO) test -race -timeout $(TIMEOUT) -skip '^Test(Attacks|Threads)$$' $(RACE)

lint: ## golangci-lint, fetched by the Go tool
	$(GO) run $(LINT) run ./...

# Test support is for tests; functions that C calls have a name of C's. An answer is an error.
deadcode: ## functions of the product that no program reaches
	@found=$$($(GO) run $(DEADCODE) ./... | grep -vE '^internal/($(SUPPORT))/|duckdb/connection/(function|statement)\.go:' || true); \
		if [ -n "$$found" ]; then echo "$$found"; exit 1; fi

lint-fetch: # fails where golangci-lint is not there and cannot be fetched
	$(GO) run $(LINT) version

readers: build ## open what is written with other people's programs: LibreOffice, openpyxl, poppler, qpdf, veraPDF
	cmd/trailscribe/testdata/readers/check.sh $(BIN)

conformance: ## a real Trino, a second parser, and moto: what the SQL means, what AWS's API is; all are fetched once
	internal/engine/trino/testdata/parser/run.sh internal/engine/trino/testdata/server/run.sh cmd/trailscribe/testdata/moto/run.sh sh -c 'failed=0; \
		$(GO) test -count=1 -timeout 60m -v ./internal/engine/trino || failed=1; \
		$(GO) test -count=1 -timeout 30m -run ^TestMoto -v ./cmd/trailscribe || failed=1; exit $$failed'

mutation: ## take away one rule of the translation to DuckDB after the other; each time a test must turn red
	$(GO) run ./internal/sql/mutation/run

integrity: ## every way to tamper with a digest chain on 50 trails, and 500 untouched trails
	$(GO) test ./internal/integrity -count=1 -run 'TestScenarios|TestCleanChains' -v -seeds 50 -clean 500

faults: ## ten thousand faults, restarts and 120 interrupts at a fake Athena; what is billed, wrong or left is an error
	$(GO) test ./internal/engine/athena -count=1 -timeout 60m -run 'TestCampaign|TestInterrupts' -v -faults 10000 -interrupts 100 -seed $(SEED)
	$(GO) test ./cmd/trailscribe -count=1 -timeout 30m -run TestSignalsAtAthena -v -signals 20

attack: ## the attacks of docs/reliability.md, whole: what did not hold is an error; ATTACKS=10 tries each ten times
	cd cmd/trailscribe && $(GO) test -count=1 -timeout 60m -run ^TestAttack -parallel 4 -attacks $(ATTACKS) -seed $(SEED)

fuzz: ## every fuzz target for FUZZTIME (30s), and every mutation of definitions and records; FUZZ='internal/yaml ' picks targets
	$(GO) test ./internal ./internal/workpaper -count=1 -run 'TestDefinitionsMutated|TestForgedRecords' -nth 1
	$(GO) run ./internal/fuzz -time $(FUZZTIME) -only '$(FUZZ)'

fuzz-short: ## every fuzz target for two seconds, without instruments, whose build takes longer than that
	$(GO) run ./internal/fuzz -time 2s -total 5m -guided=false -jobs 2 -parallel 1

bench: ## speed and memory, for docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 1x ./internal/...

golden: ## rewrite the golden files; read the difference before you commit it
	$(GO) test ./... -update

clean:
	rm -rf bin demo

aws-smoke: ## a report by Athena in a real account and by DuckDB, compared; needs TRAILSCRIBE_SMOKE_CONFIG and TRAILSCRIBE_SMOKE_PERIOD
	$(GO) test -count=1 -run TestAWSSmoke -v ./cmd/trailscribe
