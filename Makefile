# The front page of the project: what can be done here. `make help` lists it.
.PHONY: help demo install install-han install-office test test-slow test-browser lint types contracts check lock bundle screenshot clean
PYTEST = .venv/bin/python -m pytest

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: install ## set up, build the sample leak, open it in the desk
	.venv/bin/assay demo demo

install: ## set up .venv; missing Debian packages are installed (root) or named
	@scripts/setup

install-han: install ## the finer reader for Chinese scans (about 400 MB)
	.venv/bin/pip install -q --require-hashes -r requirements/han.txt

install-office: ## LibreOffice, the last resort for office files (about 400 MB)
	@scripts/setup office

dev: ## set up with the tools of the tests
	@scripts/setup dev
.PHONY: dev

test: dev ## all tests but the slow and the browser ones
	$(PYTEST) -m "not slow and not browser"

test-slow: dev ## what takes longer: kills, large files, floods
	$(PYTEST) -m slow

test-browser: ## the desk in Chromium
	@scripts/setup browser
	$(PYTEST) -m browser

lint: dev ## ruff
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: dev ## mypy --strict
	.venv/bin/mypy

contracts: dev ## import contracts between the rooms
	.venv/bin/lint-imports

check: lint types contracts test ## what a change must pass

MINUTES ?= 5
fuzz: dev ## each parser for MINUTES (5), led by coverage; findings in fuzz-out/findings
	.venv/bin/pip install -q --require-hashes -r requirements/fuzz.txt
	.venv/bin/python fuzz/run.py --minutes $(MINUTES)
.PHONY: fuzz

lock: dev ## write the lock files anew
	for set in base dev han speech bench fuzz; do \
	  .venv/bin/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    -o requirements/$$set.txt requirements/$$set.in; done

bundle: install ## one file that installs Assay on a laptop without any network
	scripts/bundle

screenshot: dev ## draw docs/images/desk.png from the sample case
	.venv/bin/python bench/screenshot.py

clean: ## remove what the targets above made
	rm -rf .venv demo bundle dist build
