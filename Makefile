# The front door. `make` alone lists what there is.
.PHONY: help setup demo test check bench docs schema lock
.DEFAULT_GOAL := help
# Images of containers like to set it; every start of a command would compile all that it loads.
unexport PYTHONDONTWRITEBYTECODE

help:            ## this list
	@grep -E '^[a-z]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/: +.*## /\t/' | expand -t 10

setup:           ## make .venv from the lock, so that .venv/bin/onapi is there
	@scripts/setup

demo: setup      ## a whole communication operator on this machine; DEMO="--port 9000" passes options on
	@exec .venv/bin/onapi demo $(DEMO)

test: setup      ## the whole test suite, on a real PostgreSQL that it starts itself; T="-k accesses" passes options on
	@.venv/bin/pytest -n auto $(T)

check: setup     ## ruff, mypy --strict, import-linter, and the architecture tests
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/pytest -q tests/architecture

bench: setup     ## a table of ratios against floors and peers; B="--rows 10000" passes options on
	@.venv/bin/python -m benchmarks $(B)

docs: setup      ## the documentation as a site, in site/; what its pages say is tried first
	@.venv/bin/pytest -q -n auto tests/docs
	@NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict --quiet
	@echo "the site is in site/: open site/index.html"

schema: setup    ## write what is made from the code: storage/schema.sql, openapi.json and the collection
	@.venv/bin/python -m tests.storage.schema
	@.venv/bin/python -m tests.docs.interface

lock:            ## resolve the dependencies anew and write requirements.lock
	@scripts/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--upgrade --extra server --group dev --group bench --group docs pyproject.toml -o requirements.lock
