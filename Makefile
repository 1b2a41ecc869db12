# Two targets do everything on a machine with Python 3.11+, git and make: `make demo`, `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-all browser lint bench picture docs reference truth constraints clean

demo: $(READY)  ## the main job, on the AWS of this machine
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo.sh

test: $(READY) lint  ## everything that correctness needs
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

test-all: $(READY) browser  ## what `make test` leaves out: the page, the npm CLI, a wheel, faults
	$(BIN)/python -m pytest -m slow

browser: $(READY)  ## the Chromium that the tests of the page drive, where there is none yet
	@$(BIN)/python tests/end_to_end/browser.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

picture: $(READY)  ## docs/demo.svg, recorded anew
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python docs/picture.py

reference: $(READY)  ## docs/reference/, from the code
	$(BIN)/python docs/reference.py

docs: $(READY)  ## the site, in build/docs; whatever is not right in it is an error
	$(BIN)/python -m sphinx -W --keep-going -n -q -b html docs build/docs

truth: $(READY)  ## README.md's tables of what AWS recorded, from running it again
	$(BIN)/python -m pytest -q -s tests/aws_api/test_engine_truth.py tests/aws_api/test_validation_truth.py --update-readme

bench: $(READY) browser  ## speed, as ratios against peers in one run
	$(BIN)/python benchmarks/synth.py
	$(BIN)/python benchmarks/dependencies.py
	$(BIN)/python benchmarks/deploy.py
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/history.py
	$(BIN)/python benchmarks/view.py
	$(BIN)/python benchmarks/deploy.py --delay 100

# The versions that the tests passed with; pip reads them when the environment is made.
constraints: $(READY)
	$(BIN)/pip install --quiet uv
	echo '# What the tests passed with. Renew with `make constraints`.' > constraints.txt
	$(BIN)/uv pip compile --quiet --upgrade pyproject.toml --group dev --universal \
	    --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	    --no-emit-find-links >> constraints.txt

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "maestro needs Python 3.11 or later; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
	    --editable . --group dev
	@touch $(READY)

clean:
	rm -rf $(VENV) dist build
