import type { Scene } from '../model/selection.ts';

/** Values of `true` give an attribute without a value, `false` none. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

type Child = Node | string;

/** Makes the elements of a document: which need not be the document of this script. */
export interface Dom {
  readonly document: Document;
  /** The window that shows the document. */
  readonly view: Window & typeof globalThis;
  html<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    attributes?: Attributes,
    ...children: Child[]
  ): HTMLElementTagNameMap[Tag];
  svg<Tag extends keyof SVGElementTagNameMap>(
    tag: Tag,
    attributes?: Attributes,
    ...children: Child[]
  ): SVGElementTagNameMap[Tag];
}

/** A part of the viewer: it shows a scene in its element. */
export interface Pane {
  readonly element: HTMLElement;
  render(scene: Scene): void;
}

/** @throws Error for a document that no window shows. */
export function createDom(document: Document): Dom {
  const view = document.defaultView;
  if (!view) throw new Error('The viewer needs a document that is shown in a window.');
  return {
    document,
    view,
    html: (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children),
    svg: (tag, attributes, ...children) =>
      filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children),
  };
}

/** Sets the text of an element, if it is another: what stays the same costs nothing and keeps a selection. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, if it is another. */
export function setAttribute(element: Element, name: string, value: string | number): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

function filled<Made extends Element>(
  element: Made,
  attributes: Attributes = {},
  children: readonly Child[],
): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}
