/** The element <visavis-avatar>, by one script tag. */

import { VisavisAvatar } from './lib/avatar_element.js';

export { VisavisAvatar };

if (!customElements.get('visavis-avatar')) customElements.define('visavis-avatar', VisavisAvatar);
