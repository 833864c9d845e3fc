// Injected into the page by bench/browser.py: records what the page hears and shows, on one clock.
(() => {
  const recorder = `
    class Recorder extends AudioWorkletProcessor {
      process(inputs) {
        const pick = (input) => (input.length ? input[0] : new Float32Array(128));
        const [mic, remote] = [pick(inputs[0]), pick(inputs[1])];
        this.port.postMessage({ time: currentTime, mic: mic.slice(), remote: remote.slice() });
        return true;
      }
    }
    registerProcessor('recorder', Recorder);`;

  const POLL_MS = 250;
  const state = { blocks: [], frames: [], polls: [], origin: Infinity, tap_ms: 0, output_ms: 0 };

  async function listen(talk) {
    const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
    const url = URL.createObjectURL(new Blob([recorder], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, 'recorder', { numberOfInputs: 2 });
    context.createMediaStreamSource(talk.micStream).connect(node, 0, 0);
    const sound = new MediaStream(talk.remoteStream.getAudioTracks());
    context.createMediaStreamSource(sound).connect(node, 0, 1);
    node.connect(context.destination);
    node.port.onmessage = ({ data }) => {
      // The earliest arrival tells when a block was made; later ones only waited for the page.
      state.origin = Math.min(state.origin, performance.now() - 1000 * (data.time + 128 / 48000));
      state.blocks.push(data);
    };
    await context.resume();
    state.tap_ms = await tapDelay(context);
    state.output_ms = 1000 * context.outputLatency;
  }

  // How much later a sound comes out of a MediaStream tap than it went in: part of the measuring,
  // not of what is measured.
  async function tapDelay(context) {
    const meter = `
      class Meter extends AudioWorkletProcessor {
        process(inputs) {
          const peak = (input) => (input.length ? Math.max(...input[0].map(Math.abs)) : 0);
          this.port.postMessage([currentTime, peak(inputs[0]), peak(inputs[1])]);
          return true;
        }
      }
      registerProcessor('meter', Meter);`;
    const url = URL.createObjectURL(new Blob([meter], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, 'meter', { numberOfInputs: 2 });
    const [tone, gate] = [context.createOscillator(), context.createGain()];
    const loop = context.createMediaStreamDestination();
    gate.gain.value = 0;
    tone.connect(gate).connect(loop);
    gate.connect(node, 0, 0);
    context.createMediaStreamSource(loop.stream).connect(node, 0, 1);
    node.connect(context.destination);
    const heard = [];
    node.port.onmessage = ({ data }) => heard.push(data);
    tone.start();
    gate.gain.setValueAtTime(0.5, context.currentTime + 0.2);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const begin = (input) => heard.find((entry) => entry[input] > 0.1)?.[0] ?? NaN;
    tone.stop();
    node.disconnect();
    node.port.onmessage = null;
    return 1000 * (begin(2) - begin(1));
  }

  // For long runs: sound is timed as the browser hands it on, in a thread of its own, because
  // neither an AudioContext, whose clock stands still while the machine is busy, nor the page's
  // thread, which is to see every frame, must have a part in it.
  const follower = `
    const kept = {};
    const pcm = (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
    async function read(name, readable) {
      const take = kept[name] = { times: [], pcm: [] };
      for (const reader = readable.getReader();;) {
        const { value, done } = await reader.read();
        if (done) return;
        // Its own time stamps only count samples: they know nothing of a device that stood still.
        const now_ms = performance.timeOrigin + performance.now();
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        take.times.push([now_ms, samples.length, value.sampleRate]);
        take.pcm.push(Int16Array.from(samples, pcm));
        value.close();
      }
    }
    function text(pieces) {
      const parts = pieces.map(({ buffer }) => String.fromCharCode(...new Uint8Array(buffer)));
      return btoa(parts.join(''));
    }
    onmessage = ({ data }) => {
      if (data.readable) return void read(data.name, data.readable);
      const sound = {};
      for (const [name, take] of Object.entries(kept)) {
        sound[name] = { times: take.times.splice(0), pcm: text(take.pcm.splice(0)) };
      }
      postMessage(sound);
    };`;

  function follow(talk) {
    const url = URL.createObjectURL(new Blob([follower], { type: 'text/javascript' }));
    state.worker = new Worker(url);
    const tracks = { mic: talk.micStream, remote: talk.remoteStream };
    for (const [name, stream] of Object.entries(tracks)) {
      const { readable } = new MediaStreamTrackProcessor({ track: stream.getAudioTracks()[0] });
      state.worker.postMessage({ name, readable }, [readable]);
    }
  }

  function followed() {
    return new Promise((resolve) => {
      state.worker.onmessage = ({ data }) => resolve(data);
      state.worker.postMessage({});
    });
  }

  function watch(box) {
    const video = [...document.querySelectorAll('video')]
      .find((element) => element.srcObject instanceof MediaStream);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [48, 48];
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    let last = null;
    const onFrame = (now, info) => {
      const [left, top, wide, high, whole] = box ?? [0, 0, video.videoWidth, video.videoHeight];
      // A sender that is short of time sends smaller pictures.
      const scale = whole ? video.videoWidth / whole : 1;
      const [x, y, w, h] = [left, top, wide, high].map((length) => length * scale);
      pen.drawImage(video, x, y, w, h, 0, 0, 48, 48);
      const pixels = pen.getImageData(0, 0, 48, 48).data;
      let sum = 0;
      let change = 0;
      for (let i = 1; i < pixels.length; i += 4) {
        sum += pixels[i];
        if (last) change += (pixels[i] - last[i]) ** 2;
      }
      last = pixels;
      const count = pixels.length / 4;
      state.frames.push([info.expectedDisplayTime, info.presentedFrames, sum / count,
        change / count, info.mediaTime, performance.now() - now, info.rtpTimestamp ?? null,
        info.receiveTime ?? null]);
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  async function statistics(peer) {
    const found = {};
    (await peer.getStats()).forEach((entry) => {
      if (entry.type === 'inbound-rtp') found[entry.kind] = { ...entry };
      if (entry.type === 'media-playout') found.playout = { ...entry };
      if (entry.type === 'candidate-pair' && entry.nominated) found.pair = { ...entry };
    });
    return found;
  }

  // What tells why a tone and its flash came apart.
  async function poll() {
    const { audio, video, playout } = await statistics(window.visavisTalk.peer);
    if (!audio || !video || !playout) return;
    state.polls.push([performance.now(), audio.concealedSamples, audio.insertedSamplesForDeceleration,
      audio.removedSamplesForAcceleration, audio.jitterBufferDelay, audio.jitterBufferTargetDelay,
      audio.jitterBufferEmittedCount, video.jitterBufferDelay, video.jitterBufferEmittedCount,
      video.estimatedPlayoutTimestamp - audio.estimatedPlayoutTimestamp, playout.totalPlayoutDelay,
      playout.totalSamplesCount]);
  }

  function encode(samples) {
    const bytes = new Uint8Array(Int16Array.from(samples, (v) => Math.max(-32768,
      Math.min(32767, Math.round(v * 32767)))).buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 32768) {
      text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    }
    return btoa(text);
  }

  window.measure = {
    async start(box) {
      watch(box);
      await listen(window.visavisTalk);
      state.begin = await statistics(window.visavisTalk.peer);
      state.started = performance.now();
    },
    // For runs too long to keep in the page: begin, and take what came since the last time.
    follow() {
      watch(null);
      follow(window.visavisTalk);
      setInterval(() => void poll(), POLL_MS);
    },
    async drain() {
      const { frames, polls } = state;
      Object.assign(state, { frames: [], polls: [] });
      const [stats, sound] = [await statistics(window.visavisTalk.peer), await followed()];
      return { ...sound, origin_ms: performance.timeOrigin, stats, frames, polls };
    },
    async stop() {
      const end = await statistics(window.visavisTalk.peer);
      const all = (key) => encode(state.blocks.flatMap((block) => [...block[key]]));
      return {
        begin: state.begin, end, elapsed: performance.now() - state.started,
        frames: state.frames, first: state.blocks[0].time,
        origin: state.origin, tap_ms: state.tap_ms, output_ms: state.output_ms,
        mic: all('mic'), remote: all('remote'),
      };
    },
  };
})();
