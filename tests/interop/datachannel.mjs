// libdatachannel, the stack that OBS publishes with. Prints one line of JSON.
//   node datachannel.mjs watch URL SECONDS          what came of a stream
//   node datachannel.mjs handshakes URL COUNT       how often a connection came about
//   node datachannel.mjs publish URL SECONDS        silent Opus as a publisher
import datachannel from 'node-datachannel';

const [what, url, number] = process.argv.slice(2);
const OPUS = 111;
const H264 = 102;
const SILENCE = Buffer.from([0xf8, 0xff, 0xfe]); // one 20 ms frame of nothing

function peerConnection() {
  return new datachannel.PeerConnection('visavis', {
    iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true,
  });
}

function addAudio(peer, direction) {
  const audio = new datachannel.Audio('0', direction);
  audio.addOpusCodec(OPUS);
  if (direction === 'SendOnly') audio.addSSRC(4711, 'visavis');
  return peer.addTrack(audio);
}

function addVideo(peer, direction) {
  const video = new datachannel.Video('1', direction);
  video.addH264Codec(H264);
  if (direction === 'SendOnly') video.addSSRC(4712, 'visavis');
  return peer.addTrack(video);
}

/** Offer like OBS: at once, without a candidate. */
async function connect(peer) {
  const offered = new Promise((resolve) => peer.onLocalDescription(resolve));
  const connected = new Promise((resolve) => peer.onStateChange((state) => {
    if (['connected', 'failed', 'closed'].includes(state)) resolve(state);
  }));
  peer.setLocalDescription('offer');
  const offer = await offered;
  const response = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer,
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const session = new URL(response.headers.get('Location'), url);
  peer.setRemoteDescription(await response.text(), 'answer');
  const timeout = new Promise((resolve) => setTimeout(resolve, 10_000, 'timeout'));
  return { session, state: await Promise.race([connected, timeout]) };
}

async function hangUp(peer, session) {
  peer.close();
  return (await fetch(session, { method: 'DELETE' })).status;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function watch(seconds) {
  const peer = peerConnection();
  const got = { audio: 0, video: 0, frames: new Set() };
  const tracks = [addAudio(peer, 'RecvOnly'), addVideo(peer, 'RecvOnly')];
  for (const track of tracks) track.setMediaHandler(new datachannel.RtcpReceivingSession());
  tracks[0].onMessage(() => { got.audio += 1; });
  tracks[1].onMessage((packet) => {
    got.video += 1;
    got.frames.add(packet.readUInt32BE(4));
  });
  const { session, state } = await connect(peer);
  await pause(1000 * seconds);
  const deleted = await hangUp(peer, session);
  return { state, audio: got.audio, video: got.video, frames: got.frames.size, deleted };
}

async function handshakes(count) {
  const states = [];
  for (let n = 0; n < count; n += 1) {
    const peer = peerConnection();
    addAudio(peer, 'RecvOnly');
    addVideo(peer, 'RecvOnly');
    const { session, state } = await connect(peer);
    states.push(state);
    await hangUp(peer, session);
  }
  return { count, connected: states.filter((state) => state === 'connected').length };
}

async function publish(seconds) {
  const peer = peerConnection();
  const audio = addAudio(peer, 'SendOnly');
  addVideo(peer, 'SendOnly');
  const { session, state } = await connect(peer);
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = OPUS;
  header.writeUInt32BE(4711, 8);
  for (let n = 0; n < 50 * seconds; n += 1) {
    header.writeUInt16BE(n, 2);
    header.writeUInt32BE(960 * n, 4);
    audio.sendMessageBinary(Buffer.concat([header, SILENCE]));
    await pause(20);
  }
  return { state, deleted: await hangUp(peer, session) };
}

const result = await { watch, handshakes, publish }[what](Number(number));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
