/** Fills the shadow root of a demo, and returns how to end it. */
type CreateDemo = (root: ShadowRoot, scenario: string) => () => void;

declare global {
  /** Filled by the scripts of the demos, by their kind: see `site/build/demos.ts`. */
  var sseDemos: { readonly [kind: string]: { readonly createDemo: CreateDemo } | undefined } | undefined;
}

const here = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

/**
 * `<sse-demo scenario="restart">` or `<sse-demo kind="tabs">`: a connection, and a server in the page that the reader
 * breaks. A demo has a script of its own, so that a page without one loads none.
 */
class DemoElement extends HTMLElement {
  #end: (() => void) | undefined;

  async connectedCallback(): Promise<void> {
    const kind = this.getAttribute('kind') ?? 'scenario';
    const createDemo = await load(kind);
    if (!this.isConnected || this.#end) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#end = createDemo(root, this.getAttribute('scenario') ?? '');
  }

  disconnectedCallback(): void {
    this.#end?.();
    this.#end = undefined;
  }
}

function load(kind: string): Promise<CreateDemo> {
  return new Promise((resolve, reject) => {
    const ready = () => {
      const { createDemo } = globalThis.sseDemos?.[kind] ?? {};
      if (createDemo) resolve(createDemo);
      return createDemo !== undefined;
    };
    if (ready()) return;
    const script = document.createElement('script');
    script.src = new URL(`demos/${kind}.js`, here).href;
    script.onload = ready;
    script.onerror = () => reject(new Error(`There is no demo of the kind '${kind}'.`));
    document.head.append(script);
  });
}

customElements.define('sse-demo', DemoElement);
