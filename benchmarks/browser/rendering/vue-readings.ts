import { h, type VNode } from 'vue';
import type { Reading } from './send-paced.ts';

/** The readings, as every Vue app shows them. */
export function renderReadings(last: Reading | null | undefined, recent: readonly Reading[]): VNode[] {
  return [
    h('output', last?.text),
    h(
      'ol',
      recent.map(({ index, text }) => h('li', { key: index }, text)),
    ),
  ];
}
