# Shenfa 审发. `make help` lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash

VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS    := -s -w -X main.version=$(VERSION)
GOBUILD    := CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)'
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.7.0
ADDR       ?= 127.0.0.1:8080
ARCHES     ?= amd64 arm64 loong64

.PHONY: help run demo test bench evaluate lint build cross clean

help: ## 列出可用的目标 · list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## 按 shenfa.toml 启动服务 · serve with shenfa.toml
	go run . serve

demo: ## 启动演示环境 · start the demo
	go run . demo --addr $(ADDR)

test: ## 运行全部测试 · run all tests
	go test ./...

bench: ## 运行全部基准测试，列出比率 · run all benchmarks, print the ratios
	@set -o pipefail; go test -run '^$$' -bench . -benchmem -timeout 60m ./... | awk -f testdata/bench/table.awk

# Clean official text, where a corpus lies beside the project; else the sample in it.
CORPUS ?= $(or $(wildcard ../shared/data/corpus),testdata/official.jsonl)

evaluate: ## 用标注样例和官方语料检验机审 · precision and recall: cases tuned on, cases kept aside, clean official text
	@tuned=0; go run . evaluate --totals testdata/cases/tune || tuned=$$?; \
	go run . evaluate --totals testdata/cases/heldout $(CORPUS) && exit $$tuned

lint: ## 检查格式与常见错误 · gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	$(STATICCHECK) ./...

build: ## 为本机编译 ./shenfa · build ./shenfa for this machine
	$(GOBUILD) -o shenfa .

cross: ## 编译 dist/ 下三种架构的静态程序 · static linux/amd64, arm64, loong64 into dist/
	@mkdir -p dist
	@for arch in $(ARCHES); do \
		echo "dist/shenfa-linux-$$arch"; \
		GOOS=linux GOARCH=$$arch $(GOBUILD) -o dist/shenfa-linux-$$arch . || exit 1; \
	done

clean: ## 删除编译结果 · remove what was built
	rm -rf shenfa dist
