import { createDemo } from './demo.ts';
import { isScenario, scenarios } from './scenarios.ts';

/** `<sse-demo scenario="restart">`: a connection, and a server in the page that the reader breaks. */
class DemoElement extends HTMLElement {
  #end: (() => void) | undefined;

  connectedCallback(): void {
    const name = this.getAttribute('scenario') ?? '';
    if (!isScenario(name)) throw new RangeError(`There is no scenario '${name}'.`);
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#end = createDemo(root, scenarios[name]);
  }

  disconnectedCallback(): void {
    this.#end?.();
  }
}

customElements.define('sse-demo', DemoElement);
