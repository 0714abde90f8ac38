import type { ConnectionStatus } from '../../index.ts';
import { createDom, type Dom, setAttribute, setText } from '../../visualizations/viewer/panes/dom.ts';
import { clockTime } from '../../visualizations/viewer/text/format.ts';
import { statusWords } from '../../visualizations/viewer/text/labels.ts';
import { demoStyle } from './style.ts';

/** How many lines of what happened are kept. */
const shownLines = 8;

export type Say = (words: string) => void;

/** The parts that every demo is made of. */
export interface Parts extends Dom {
  /** A list of the events, the newest first. */
  readonly log: HTMLElement;
  /** Adds a line to the log. */
  readonly say: Say;
  /** Shows a status, in its words and its colour. */
  badge(attributes?: Readonly<Record<string, string>>): Badge;
  /** A group of buttons, by their words. */
  buttons(label: string, acts: Readonly<Record<string, () => void>>): HTMLElement;
  /** Names with their values; returns how to set one. */
  facts(...terms: readonly string[]): Facts;
  /** Does something once, unless the demo has ended before. */
  later(delay: number, act: () => void): void;
  /** Does something again and again until the demo ends. */
  every(interval: number, act: () => void): void;
  /** Is called when the demo ends. */
  onEnd(act: () => void): void;
  /** Fills the demo. In the hint, backticks are around code. */
  show(title: string, hint: string, ...children: (Node | string)[]): void;
}

interface Badge {
  readonly element: HTMLElement;
  /** @param words Other ones than those of the status. */
  show(status: ConnectionStatus, words?: string): void;
}

interface Facts {
  readonly element: HTMLElement;
  set(...values: readonly (string | number)[]): void;
}

/**
 * Fills an element with a demo.
 *
 * @returns Ends it.
 */
export function startDemo(root: ShadowRoot, fill: (parts: Parts) => void): () => void {
  const dom = createDom(root.ownerDocument);
  const { html, view } = dom;
  const ends = new Set<() => void>();
  const log = html('ol', { class: 'log', 'aria-label': 'What happened, the newest first' });

  fill({
    ...dom,
    log,
    say(words) {
      log.prepend(html('li', {}, html('time', {}, clockTime(Date.now())), ` ${words}`));
      for (const line of [...log.children].slice(shownLines)) line.remove();
    },
    badge(attributes = { role: 'status', 'aria-label': 'Status' }) {
      const element = html('strong', { class: 'badge', ...attributes });
      return {
        element,
        show(status, words = statusWords[status]) {
          setText(element, words);
          setAttribute(element, 'data-status', status);
        },
      };
    },
    buttons(label, acts) {
      const group = html('div', { class: 'buttons', role: 'group', 'aria-label': label });
      for (const [words, act] of Object.entries(acts)) {
        const button = html('button', { type: 'button' }, words);
        button.addEventListener('click', act);
        group.append(button);
      }
      return group;
    },
    facts(...terms) {
      const values = terms.map(() => html('dd'));
      const pairs = terms.map((term, index) => html('div', {}, html('dt', {}, term), values[index] ?? ''));
      return {
        element: html('dl', {}, ...pairs),
        set: (...given) => {
          for (const [index, value] of values.entries()) {
            const text = String(given[index] ?? '–');
            if (value.textContent !== text) value.textContent = text;
          }
        },
      };
    },
    later(delay, act) {
      const stop = () => view.clearTimeout(timer);
      const timer = view.setTimeout(() => {
        ends.delete(stop);
        act();
      }, delay);
      ends.add(stop);
    },
    every(interval, act) {
      const timer = view.setInterval(act, interval);
      ends.add(() => view.clearInterval(timer));
    },
    onEnd: (act) => void ends.add(act),
    show(title, hint, ...children) {
      const parts = hint.split('`').map((part, index) => (index % 2 === 1 ? html('code', {}, part) : part));
      const words = html('p', { class: 'title' }, html('b', {}, title), ' ', ...parts);
      root.replaceChildren(
        html('section', { class: 'demo', 'aria-label': `Demo: ${title}` }, words, ...children),
      );
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(demoStyle);
      root.adoptedStyleSheets = [sheet];
    },
  });
  return () => {
    for (const end of ends) end();
  };
}
