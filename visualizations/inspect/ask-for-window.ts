/**
 * Browsers open windows only after a click. So this adds a button to the page that opens one, and then removes it.
 *
 * @param open Opens the window; returns whether it is open.
 */
export function askForWindow(open: () => boolean, signal: AbortSignal): void {
  // An `aside`, because every part of a page should lie in a landmark.
  const corner = document.createElement('aside');
  corner.setAttribute('aria-label', 'Inspector');
  // Property by property, because a content security policy may forbid style attributes.
  Object.assign(corner.style, {
    position: 'fixed',
    insetBlockEnd: '12px',
    insetInlineEnd: '12px',
    zIndex: '2147483647',
  });

  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Open the inspector';
  Object.assign(button.style, {
    padding: '8px 12px',
    border: '1px solid #ffffff',
    borderRadius: '6px',
    background: '#1f2937',
    color: '#ffffff',
    font: '14px/1.4 system-ui, sans-serif',
    cursor: 'pointer',
  });
  button.addEventListener('click', () => {
    if (open()) corner.remove();
  });
  corner.append(button);

  function show(): void {
    document.body.append(corner);
  }
  if (document.body) show();
  else document.addEventListener('DOMContentLoaded', show, { once: true, signal });
  signal.addEventListener('abort', () => corner.remove());
}
