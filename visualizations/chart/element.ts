const namespace = 'http://www.w3.org/2000/svg';

/** An element of an SVG, to be written as text or made in a document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Element | string)[];
}

export function element(
  name: string,
  attributes: Element['attributes'] = {},
  ...children: Element['children']
): Element {
  return { name, attributes, children };
}

export function toText({ name, attributes, children }: Element): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : toText(child)));
  return `<${name}${given.join('')}>${inside.join('')}</${name}>`;
}

export function toNode({ name, attributes, children }: Element, document: Document): SVGElement {
  const node = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && key !== 'xmlns') node.setAttribute(key, String(value));
  }
  node.append(...children.map((child) => (typeof child === 'string' ? child : toNode(child, document))));
  return node;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
