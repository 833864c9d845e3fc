const TOLD_MS = 1_500;

/**
 * @param {HTMLElement} button
 * @param {HTMLInputElement} field whose text it copies
 */
export function copyButton(button, field) {
  const label = button.textContent;
  button.addEventListener('click', async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Pages over plain HTTP have no clipboard: the text is selected, for the keyboard.
      return;
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = label; }, TOLD_MS);
  });
}
