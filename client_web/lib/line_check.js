/**
 * Tests a visitor's line step by step, and says in words what is in the way.
 *
 * @typedef {import('./server_api.js').ServerApi} ServerApi
 *
 * @typedef {object} Finding
 * @property {string} step what was tested
 * @property {'good' | 'hint' | 'bad'} state
 * @property {string} words what was found, and what to do about it
 */

const GATHERING_LIMIT_MS = 3_000;
const CONNECT_LIMIT_MS = 10_000;
const WATCH_MS = 3_000;
/** Below this a picture of 25 frames a second is seen to stutter. */
const FLUENT_FPS = 22;
const LOSSY_PCT = 3;
const SLOW_MS = 200;

/**
 * @param {ServerApi} api
 * @param {(finding: Finding) => void} tell called with each finding as it is made
 * @returns {Promise<boolean>} whether an avatar can be seen and heard
 */
export async function checkLine(api, tell) {
  if (!checkBrowser(tell)) return false;
  const iceServers = await checkServer(api, tell);
  if (!iceServers) return false;
  const peer = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
  try {
    for (const kind of ['audio', 'video']) peer.addTransceiver(kind, { direction: 'recvonly' });
    await peer.setLocalDescription();
    tell(await gathered(peer, iceServers));
    return await checkMedia(peer, api, iceServers, tell);
  } finally {
    peer.close();
  }
}

/** @param {(finding: Finding) => void} tell */
function checkBrowser(tell) {
  const step = 'Browser';
  if (typeof RTCPeerConnection === 'undefined') {
    tell({ step, state: 'bad', words: 'It has no WebRTC, or an extension blocks it. Use a current browser.' });
    return false;
  }
  if (navigator.mediaDevices) {
    tell({ step, state: 'good', words: 'It can play an avatar and use a microphone.' });
  } else {
    tell({ step, state: 'hint', words: 'You can watch, but not talk: browsers give no microphone to a page over plain HTTP. '
      + 'Open this page by https; the server makes a certificate with --tls self-signed.' });
  }
  return true;
}

/**
 * @param {ServerApi} api
 * @param {(finding: Finding) => void} tell
 * @returns {Promise<RTCIceServer[] | null>} null: there is no getting on
 */
async function checkServer(api, tell) {
  const step = 'Server';
  try {
    const iceServers = await api.iceServers();
    tell({ step, state: 'good', words: 'It answers.' });
    return iceServers;
  } catch (error) {
    tell({ step, state: 'bad', words: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

/**
 * @param {RTCPeerConnection} peer
 * @param {RTCIceServer[]} iceServers
 * @returns {Promise<Finding>}
 */
async function gathered(peer, iceServers) {
  const step = 'Your addresses';
  /** @type {Set<string>} */
  const types = new Set();
  await new Promise((resolve) => {
    setTimeout(resolve, GATHERING_LIMIT_MS);
    peer.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.type) types.add(candidate.type);
      if (!candidate) resolve(null);
    });
  });
  const wantsRelay = iceServers.some(({ urls }) => String(urls).startsWith('turn'));
  if (!types.size) {
    return { step, state: 'bad', words: 'The browser finds none: a VPN or an extension hides them. Switch it off and try again.' };
  }
  if (wantsRelay && !types.has('relay')) {
    return { step, state: 'hint', words: 'The relay (TURN) does not answer: its address, its password or a firewall is wrong.' };
  }
  const relay = types.has('relay') ? ' and by a relay' : '';
  return { step, state: 'good', words: `You can be reached directly${relay}.` };
}

/**
 * @param {RTCPeerConnection} peer
 * @param {ServerApi} api
 * @param {RTCIceServer[]} iceServers
 * @param {(finding: Finding) => void} tell
 */
async function checkMedia(peer, api, iceServers, tell) {
  const step = 'Media';
  const session = await watch(peer, api, tell);
  if (!session) return false;
  try {
    const began = performance.now();
    if (!(await connected(peer))) {
      tell({ step, state: 'bad', words: blockedWords(iceServers) });
      return false;
    }
    const took = Math.round(performance.now() - began);
    tell({ step, state: 'good', words: `It gets through, after ${took} ms, ${await route(peer)}.` });
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    const finding = await quality(peer);
    tell(finding);
    return finding.state !== 'bad';
  } finally {
    await fetch(session, { method: 'DELETE', headers: authorization(api) }).catch(() => {});
  }
}

/**
 * @param {RTCPeerConnection} peer
 * @param {ServerApi} api
 * @param {(finding: Finding) => void} tell
 * @returns {Promise<URL | null>} the session
 */
async function watch(peer, api, tell) {
  const response = await fetch(api.url(`/whep/check-${crypto.randomUUID()}`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', ...authorization(api) },
    body: peer.localDescription?.sdp,
  });
  const text = await response.text();
  if (response.status !== 201) {
    tell({ step: 'Media', state: 'bad', words: refusal(text, response.status) });
    return null;
  }
  await peer.setRemoteDescription({ type: 'answer', sdp: text });
  return new URL(response.headers.get('Location') ?? '', response.url);
}

/**
 * @param {string} body
 * @param {number} status
 */
function refusal(body, status) {
  try {
    return String(JSON.parse(body).error);
  } catch {
    return `The server answers with status ${status}.`;
  }
}

/** @param {ServerApi} api @returns {Record<string, string>} */
function authorization(api) {
  return api.token ? { Authorization: `Bearer ${api.token}` } : {};
}

/** @param {RTCPeerConnection} peer @returns {Promise<boolean>} */
function connected(peer) {
  return new Promise((resolve) => {
    const judge = () => {
      if (peer.connectionState === 'connected') resolve(true);
      if (peer.connectionState === 'failed') resolve(false);
    };
    peer.addEventListener('connectionstatechange', judge);
    setTimeout(resolve, CONNECT_LIMIT_MS, false);
    judge();
  });
}

/** @param {RTCIceServer[]} iceServers */
function blockedWords(iceServers) {
  const relay = iceServers.some(({ urls }) => String(urls).startsWith('turn'));
  return relay
    ? 'It does not get through, nor by the relay: a firewall blocks UDP and the relay. Try another network.'
    : 'It does not get through: a firewall blocks UDP, or the server’s UDP ports are not open. '
      + 'Try another network, or ask the operator for a relay (--turn).';
}

/** @param {RTCPeerConnection} peer */
async function route(peer) {
  const stats = await peer.getStats();
  for (const pair of stats.values()) {
    if (pair.type !== 'candidate-pair' || !pair.nominated) continue;
    const local = stats.get(pair.localCandidateId);
    return local?.candidateType === 'relay' ? 'by the relay' : 'directly';
  }
  return 'directly';
}

/** @param {RTCPeerConnection} peer @returns {Promise<Finding>} */
async function quality(peer) {
  const step = 'Quality';
  let frames = 0;
  let received = 0;
  let lost = 0;
  let roundTrip_ms = 0;
  for (const stats of (await peer.getStats()).values()) {
    if (stats.type === 'candidate-pair' && stats.nominated) roundTrip_ms = 1000 * (stats.currentRoundTripTime ?? 0);
    if (stats.type !== 'inbound-rtp') continue;
    received += stats.packetsReceived;
    lost += stats.packetsLost;
    frames = Math.max(frames, stats.framesDecoded ?? 0);
  }
  const fps = frames / (WATCH_MS / 1000);
  const lost_pct = (100 * lost) / Math.max(1, received + lost);
  const numbers = `${fps.toFixed(0)} frames a second, ${lost_pct.toFixed(1)} % lost, round trip ${roundTrip_ms.toFixed(0)} ms.`;
  if (!frames) return { step, state: 'bad', words: 'The line is open, but no picture comes. Reload, or try another browser.' };
  if (lost_pct > LOSSY_PCT) return { step, state: 'hint', words: `${numbers} The line loses packets: use a cable, or move nearer to the router.` };
  if (roundTrip_ms > SLOW_MS) return { step, state: 'hint', words: `${numbers} The way is long: expect an echo of that much more.` };
  if (fps < FLUENT_FPS) return { step, state: 'hint', words: `${numbers} This machine or the server is too busy for a fluent picture.` };
  return { step, state: 'good', words: numbers };
}
