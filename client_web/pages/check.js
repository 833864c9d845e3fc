import { checkLine } from '../lib/line_check.js';
import { ServerApi } from '../lib/server_api.js';
import { takeToken } from './preferences.js';

/**
 * @typedef {import('../lib/line_check.js').Finding} Finding
 */

const api = new ServerApi('', takeToken());
const verdict = element('verdict');
const advice = element('advice');
const steps = element('steps');
const again = /** @type {HTMLButtonElement} */ (element('again'));

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {Finding} finding */
function show({ step, state, words }) {
  const row = document.createElement('li');
  row.dataset.state = state;
  const name = document.createElement('b');
  name.textContent = step;
  const text = document.createElement('small');
  text.textContent = words;
  row.append(name, text);
  steps.append(row);
}

async function check() {
  again.disabled = true;
  steps.replaceChildren();
  verdict.textContent = 'Checking your connection…';
  advice.textContent = '';
  /** @type {Finding[]} */
  const findings = [];
  const works = await checkLine(api, (finding) => {
    findings.push(finding);
    show(finding);
  }).catch((error) => {
    show({ step: 'Check', state: 'bad', words: String(error) });
    return false;
  });
  const trouble = findings.find(({ state }) => state === 'bad') ?? findings.find(({ state }) => state === 'hint');
  verdict.textContent = works ? (trouble ? 'It works, with a but' : 'Everything works') : 'It does not work yet';
  advice.textContent = trouble?.words ?? 'You can see, hear and talk.';
  document.body.dataset.verdict = works ? 'works' : 'broken';
  again.disabled = false;
}

again.addEventListener('click', () => void check());
void check();
