// Injected into the page by bench/browser.py: records what the page hears and shows, on one clock.
(() => {
  const POLL_MS = 250;
  const state = { frames: [], polls: [] };

  // Sound is timed as the browser hands it on, in a thread of its own, because neither an
  // AudioContext, whose clock stands still while the machine is busy, nor the page's thread, which
  // is to see every frame, must have a part in it.
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

  window.measure = {
    // Begin, and tell how the line has fared up to now.
    async start(box) {
      watch(box);
      follow(window.visavisTalk);
      setInterval(() => void poll(), POLL_MS);
      return statistics(window.visavisTalk.peer);
    },
    // What came since the last time.
    async drain() {
      const { frames, polls } = state;
      Object.assign(state, { frames: [], polls: [] });
      const [stats, sound] = [await statistics(window.visavisTalk.peer), await followed()];
      return { ...sound, origin_ms: performance.timeOrigin, stats, frames, polls };
    },
  };
})();
