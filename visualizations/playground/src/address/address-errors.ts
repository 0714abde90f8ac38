/** Shows the parts of the address that were not understood. The page works without them. */
export function showAddressErrors(element: HTMLElement, errors: readonly string[]): void {
  if (errors.length === 0) return;
  const title = document.createElement('p');
  title.textContent = 'Part of the address was not understood and is left out:';
  const list = document.createElement('ul');
  list.append(
    ...errors.map((error) => {
      const item = document.createElement('li');
      item.append(...error.split('`').map((part, place) => (place % 2 === 1 ? code(part) : part)));
      return item;
    }),
  );
  element.append(title, list);
  element.hidden = false;
}

function code(text: string): HTMLElement {
  const element = document.createElement('code');
  element.textContent = text;
  return element;
}
