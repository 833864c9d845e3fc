/**
 * @typedef {'insecure' | 'no-webrtc' | 'mic-refused' | 'mic-missing' | 'mic-busy' | 'mic-lost'
 *   | 'mic-elsewhere' | 'mic-taken' | 'mic-failed' | 'token' | 'no-avatar' | 'rejected' | 'off-air'
 *   | 'on-air' | 'server-full' | 'server-gone' | 'too-often' | 'media-blocked' | 'foreign'} ErrorCode
 */

/** Codes that may heal on their own. */
const TRANSIENT = new Set(['server-full', 'too-often', 'server-gone', 'media-blocked', 'off-air']);

/** Codes that come with a time to wait. */
const BUSY = new Set(['server-full', 'too-often', 'off-air']);

/** @type {Record<string, ErrorCode>} DOMExceptions of getUserMedia */
const MICROPHONE_CODES = {
  NotAllowedError: 'mic-refused',
  SecurityError: 'mic-refused',
  NotFoundError: 'mic-missing',
  OverconstrainedError: 'mic-missing',
  NotReadableError: 'mic-busy',
  AbortError: 'mic-busy',
};

/** @type {Record<number, ErrorCode>} */
const STATUS_CODES = {
  401: 'token', 403: 'foreign', 404: 'no-avatar', 409: 'off-air', 429: 'too-often', 503: 'server-full',
};

/** When a busy server does not say. */
const DEFAULT_RETRY_S = 10;

export class VisavisError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message what to do
   * @param {number} [retryAfter_s] seconds to wait
   */
  constructor(code, message, retryAfter_s = 0) {
    super(message);
    this.name = 'VisavisError';
    this.code = code;
    this.retryAfter_s = retryAfter_s;
  }

  /** Whether it may heal. */
  get transient() {
    return TRANSIENT.has(this.code);
  }
}

/**
 * @param {unknown} error what getUserMedia threw
 * @returns {VisavisError}
 */
export function microphoneError(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const code = MICROPHONE_CODES[name] ?? 'mic-failed';
  return new VisavisError(code, `The browser gave no microphone (${name || 'unknown reason'}).`);
}

/**
 * Read a refusal of the server.
 *
 * @param {Response} response a response that is not ok
 * @returns {Promise<VisavisError>}
 */
export async function responseError(response) {
  const { status, headers } = response;
  // A stream that will be there soon says when; a stage that another avatar is on does not.
  const code = status === 409 && !headers.has('Retry-After') ? 'on-air'
    : STATUS_CODES[status] ?? (status >= 500 ? 'server-gone' : 'rejected');
  const message = await sentence(response);
  return new VisavisError(code, message, BUSY.has(code) ? retryAfter_s(response) : 0);
}

/** @param {Response} response */
async function sentence(response) {
  try {
    const body = await response.json();
    if (typeof body.error === 'string') return body.error;
  } catch {
    // A proxy in between answers with HTML: its text is of no use to a person.
  }
  return `The server answered with status ${response.status}.`;
}

/**
 * @param {Response} response
 * @returns {number} seconds; a date or nonsense in the header counts as absent
 */
function retryAfter_s(response) {
  const header = response.headers.get('Retry-After') ?? '';
  return /^\d+$/.test(header) ? Number(header) : DEFAULT_RETRY_S;
}
