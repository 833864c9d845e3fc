import { ServerApi } from './server_api.js';
import { Stage } from './stage.js';
import { Watch } from './watch.js';

/**
 * An avatar in any page:
 *
 *     <script type="module" src="https://talk.example.org/visavis-avatar.js"></script>
 *     <visavis-avatar src="https://talk.example.org/whep/main"></visavis-avatar>
 *
 * Attributes: `src`, the address of a stream to watch (`…/whep/<stream>`) or of an avatar to talk
 * with (`…/api/talk/<avatar>`, or only the server); `token`; `transparent`; `muted`; `autoplay`, to
 * call without a press. A talk needs the microphone and begins with a press of its button.
 * Events: "state" with a Change as its detail. The session itself is `element.session`.
 *
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./session.js').Change} Change
 */

const STYLE = `
  :host { display: inline-block; position: relative; width: 320px; aspect-ratio: var(--ratio, 1); overflow: hidden;
    border-radius: 20px; font: 500 15px/1.4 system-ui, sans-serif; color: #fff; }
  :host([hidden]) { display: none; }
  :host(:not([transparent])) { background: linear-gradient(160deg, #8fb0c4, #5d8098); }
  .poster, .idle, .live, canvas { position: absolute; inset: 0; width: 100%; height: 100%;
    object-fit: cover; opacity: 0; transition: opacity 500ms ease; }
  .has-poster .poster, .has-idle .idle, .has-live .live, .has-live canvas { opacity: 1; }
  canvas ~ .live, canvas + .live, .stage:has(canvas) .live { opacity: 0; }
  p, button { position: absolute; left: 50%; bottom: 14px; max-width: calc(100% - 28px); margin: 0;
    transform: translateX(-50%); padding: 9px 18px; border: 0; border-radius: 999px; font: inherit;
    color: inherit; background: rgb(14 18 24 / 78%); text-align: center; }
  p { width: max-content; bottom: 66px; border-radius: 14px; }
  button { min-height: 44px; cursor: pointer; white-space: nowrap; }
  button:focus-visible { outline: 3px solid #7fb6d6; outline-offset: 2px; }
  p:empty, [hidden] { display: none; }
  @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }`;

export class VisavisAvatar extends HTMLElement {
  static observedAttributes = ['src', 'token', 'transparent', 'muted'];

  #words;
  #button;
  #frame;
  /** @type {Session | null} */
  session = null;
  /** @type {Stage | null} */
  #stage = null;
  #begun = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#frame = document.createElement('div');
    this.#words = document.createElement('p');
    this.#words.setAttribute('role', 'status');
    this.#button = document.createElement('button');
    this.#button.type = 'button';
    this.#button.hidden = true;
    this.#button.addEventListener('click', () => this.#press());
    root.append(this.#frame, this.#words, this.#button);
  }

  connectedCallback() {
    void this.#begin();
  }

  disconnectedCallback() {
    this.#begun += 1;
    this.#leave();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (name === 'muted') this.#stage?.setSound(!this.hasAttribute('muted'));
    else if (this.isConnected) void this.#begin();
  }

  async #begin() {
    const turn = (this.#begun += 1);
    // Attributes that are set one after another make one beginning.
    await Promise.resolve();
    if (turn !== this.#begun) return;
    this.#leave();
    this.#say('');
    const url = new URL(this.getAttribute('src') ?? '', document.baseURI);
    const [, kind, name] = /\/(whep|api\/talk)\/([^/]+)\/?$/.exec(url.pathname) ?? [];
    const alpha = this.hasAttribute('transparent');
    const options = { server: url.origin, token: this.getAttribute('token') ?? '', alpha };
    this.#stage = this.#build(alpha);
    this.#stage.setSound(!this.hasAttribute('muted'));
    try {
      const watched = kind === 'whep' && decodeURIComponent(name);
      const avatar = await this.#dress(options, watched ? '' : name && decodeURIComponent(name));
      if (turn !== this.#begun) return;
      this.session = watched ? new Watch({ ...options, stream: watched })
        : new (await import('./talk.js')).Talk({ ...options, avatar: avatar.id });
      if (turn !== this.#begun) return;
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#follow(this.session);
    this.#face();
    if (this.session instanceof Watch || this.hasAttribute('autoplay')) void this.session.connect();
  }

  /**
   * @param {{server: string, token: string}} options
   * @param {string | undefined} id
   */
  async #dress({ server, token }, id) {
    const api = new ServerApi(server, token);
    const list = await api.avatars();
    const avatar = list.avatars.find((one) => one.id === (id || list.default)) ?? list.avatars[0];
    this.#stage?.dress(avatar, api.url(`/api/avatars/${encodeURIComponent(avatar.id)}/idle.mp4`).href);
    this.style.setProperty('--ratio', String(avatar.width / avatar.height)); // the host sees no stage's
    return avatar;
  }

  /** @param {boolean} alpha */
  #build(alpha) {
    const layers = alpha ? ['canvas', 'live'] : ['poster', 'idle', 'live'];
    this.#frame.className = 'stage';
    this.#frame.replaceChildren(...layers.map((name) => {
      const tag = name === 'poster' ? 'img' : name === 'canvas' ? name : 'video';
      const layer = document.createElement(tag);
      layer.className = name;
      if (layer instanceof HTMLImageElement) layer.alt = '';
      if (layer instanceof HTMLVideoElement) {
        layer.playsInline = layer.autoplay = true;
        layer.loop = layer.muted = name === 'idle';
        layer.tabIndex = -1;
        if (name === 'idle') layer.setAttribute('aria-hidden', 'true');
      }
      return layer;
    }));
    return new Stage(this.#frame);
  }

  /** @param {Session} session */
  #follow(session) {
    session.addEventListener('media', () => this.#show(session));
    session.addEventListener('state', (event) => {
      if (session !== this.session) return;
      const { detail } = /** @type {CustomEvent<Change>} */ (event);
      if (detail.state !== 'live') this.#stage?.goIdle();
      this.#say(sentence(detail));
      this.#face();
      this.dispatchEvent(new CustomEvent('state', { detail }));
    });
  }

  /** @param {Session} session */
  async #show(session) {
    if (session !== this.session || !session.remoteStream) return;
    const audible = await this.#stage?.goLive(session.remoteStream);
    if (audible === false) {
      this.#button.textContent = 'Turn on sound';
      this.#button.hidden = false;
    }
  }

  #press() {
    const { session } = this;
    if (!session) return;
    if (session.state === 'live' && session instanceof Watch) {
      this.#stage?.setSound(true);
      this.#button.hidden = true;
    } else if (['idle', 'ended', 'error'].includes(session.state)) void session.connect();
    else session.disconnect();
  }

  #face() {
    const { session } = this;
    const resting = session && ['idle', 'ended', 'error'].includes(session.state);
    this.#button.hidden = !session || (session instanceof Watch && !resting);
    this.#button.textContent = resting
      ? (session instanceof Watch ? 'Try again' : 'Talk') : session?.state === 'live' ? 'Stop' : 'Cancel';
  }

  /** @param {string} words */
  #say(words) {
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }

  #leave() {
    const { session } = this;
    this.session = null;
    session?.disconnect();
  }
}

/** @param {Change} change */
function sentence({ state, error, attempt }) {
  if (state === 'error') return error?.message ?? 'That did not work.';
  if (state === 'reconnecting') {
    return error?.code === 'off-air' ? 'Nobody is on air yet.'
      : attempt > 1 && error ? error.message : 'Connection lost. Calling again…';
  }
  return { asking: 'Allow the microphone.', connecting: 'Calling…' }[String(state)] ?? '';
}
