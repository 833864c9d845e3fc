import '../visavis-avatar.js';
import { query, token } from './page.js';

/** One avatar that fills the page, for an iframe: `?stream=main` or `?avatar=nova`, `?transparent`. */

const avatar = document.createElement('visavis-avatar');
const [kind, name] = query.has('stream') ? ['whep', query.get('stream')]
  : ['api/talk', query.get('avatar')];
avatar.setAttribute('src', name ? `/${kind}/${encodeURIComponent(name)}` : '/');
for (const flag of ['transparent', 'muted', 'autoplay']) {
  if (query.has(flag)) avatar.setAttribute(flag, '');
}
if (token) avatar.setAttribute('token', token);
document.querySelector('main')?.append(avatar);
