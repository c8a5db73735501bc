# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# One Python from 3.11 on is all that must be there; everything else is set up below build/.
CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11 \
	$(wildcard $(addsuffix /versions/3.1[1-9]*/bin/python3,$(PYENV_ROOT) $(HOME)/.pyenv))
USABLE = import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON := $(firstword $(shell for python in $(CANDIDATES); do "$$python" -c '$(USABLE)' 2> /dev/null && echo "$$python"; done; true))
TOOLING := $(PYTHON) -B tests/tooling

.PHONY: help demo test matrix-core check-openapi bench shows matrix changelog profile-page lock clean \
	lint tooling unit units sanity integration spring servers browser molecule remote docs importer image

help: ## say what there is
	@grep -E '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z -]+):.*## (.*)/  \1\t\2/' | expand -t 30

test: python ## everything that must hold before a change lands; PARTS="lint unit" for some of it
	@$(TOOLING)/run_parts.py $(PARTS)

demo: python ## set up, start the simulator, and see the collection work
	@$(TOOLING)/environments.py demo > /dev/null
	@$(TOOLING)/checkout.py > /dev/null
	@PYTHONPATH=tests build/venv/demo/bin/python demo/run.py

lint tooling unit units sanity integration spring servers browser molecule remote docs importer image: python ## that part of the tests
	@$(TOOLING)/run_parts.py $@

matrix-core: python ## every test of a core on all cores but the newest, which `make test` runs
	@$(TOOLING)/run_parts.py --other-cores

check-openapi: python ## what the tests send, by the makers' descriptions in OPENAPI=<folder>, with a validator that is not ours
	@test -d "$(OPENAPI)" || { echo "OPENAPI=<folder>: where the descriptions are (*.json, *.yaml)" >&2; exit 1; }
	@OPENAPI="$(abspath $(OPENAPI))" $(TOOLING)/run_parts.py --recorded

matrix: python ## promises, tests and their results, from the last test run
	@$(TOOLING)/run_parts.py matrix

bench: python ## what checking and making an environment costs, side by side with others; OPTIONS=--write for docs/
	@$(TOOLING)/environments.py bench > /dev/null
	@$(TOOLING)/checkout.py > /dev/null
	@PYTHONPATH=tests build/venv/bench/bin/python tests/benchmarks/run.py $(OPTIONS)

shows: python ## 300 processes killed around a refresh, 50 that need one at once, ten exchanges that hang; minutes
	@$(TOOLING)/environments.py bench > /dev/null
	@$(TOOLING)/checkout.py > /dev/null
	@PYTHONPATH=build/collections:tests build/venv/bench/bin/python -m shows $(OPTIONS)

changelog: python ## write CHANGELOG for the version of galaxy.yml
	@$(TOOLING)/environments.py collection > /dev/null
	@$(TOOLING)/changelog.py

profile-page: python ## write the pages that are made from the profiles and their schema
	@$(TOOLING)/environments.py lint > /dev/null
	@build/venv/lint/bin/python -B tests/tooling/profile_pages.py
	@build/venv/lint/bin/python -B tests/tooling/profile_keys.py

lock: python ## resolve requirements/*.in anew
	@$(TOOLING)/lock.py $(SETS)

clean: ## remove everything that was set up or written
	rm -rf build

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "No Python from 3.11 on with ensurepip (Debian: python3-venv) was found." >&2; exit 1; }
