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

  const state = { blocks: [], frames: [], origin: Infinity, tap_ms: 0, output_ms: 0 };

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

  function watch(video, box) {
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
        change / count, info.mediaTime]);
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  async function statistics(peer) {
    const found = {};
    (await peer.getStats()).forEach((entry) => {
      if (entry.type === 'inbound-rtp') found[entry.kind] = { ...entry };
      if (entry.type === 'candidate-pair' && entry.nominated) found.pair = { ...entry };
    });
    return found;
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
      const video = [...document.querySelectorAll('video')]
        .find((element) => element.srcObject instanceof MediaStream);
      watch(video, box);
      await listen(window.visavisTalk);
      state.begin = await statistics(window.visavisTalk.peer);
      state.started = performance.now();
    },
    // What was recorded since the last time, for runs too long to keep in the page.
    async drain() {
      const [blocks, frames, origin] = [state.blocks, state.frames, state.origin];
      [state.blocks, state.frames, state.origin] = [[], [], Infinity];
      const all = (key) => encode(blocks.flatMap((block) => [...block[key]]));
      return {
        stats: await statistics(window.visavisTalk.peer), frames, first: blocks[0].time, origin,
        tap_ms: state.tap_ms, output_ms: state.output_ms, mic: all('mic'), remote: all('remote'),
      };
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
