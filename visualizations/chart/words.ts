import { defaultSettings } from '../../machines/settings.ts';
import { type Arrow, eventsOf, isInside, type Line, nameOf } from './arrows.ts';

/** A part of what a line says; a guard is written in brackets. */
export interface Word {
  readonly kind: 'event' | 'delay' | 'guard' | 'detail';
  readonly text: string;
}

/** What an arrow says, row by row. */
export interface Row {
  readonly line: Line;
  readonly words: readonly Word[];
}

/** The rows of an arrow, none of them longer than so many characters if it can be helped. */
export function rowsOf(arrow: Arrow, most: number): Row[] {
  return arrow.lines.flatMap((line) => {
    const words = wordsOf(line, arrow);
    const length = words.reduce((sum, { text }) => sum + text.length + 1, -1);
    if (length <= most) return [{ line, words }];
    return words.map((word) => ({ line, words: [word] }));
  });
}

function wordsOf(line: Line, arrow: Arrow): Word[] {
  const { guard, delay } = line;
  const words: Word[] = [{ kind: delay === undefined ? 'event' : 'delay', text: eventsOf(line) }];
  if (guard !== undefined) words.push({ kind: 'guard', text: `[${guard}]` });
  if (delay !== undefined) words.push({ kind: 'detail', text: lengthOf(delay) });
  if (arrow.target !== undefined && isInside(arrow)) words.push({ kind: 'detail', text: wayOf(arrow) });
  return words;
}

/** How long a delay is, with the defaults. */
function lengthOf(delay: string): string {
  const { stableAfter, retryDelay, retryFactor, maxRetryDelay } = defaultSettings;
  if (delay === 'stableAfter') return seconds(stableAfter);
  const [first, second, third] = [0, 1, 2].map((retries) => (retryDelay * retryFactor ** retries) / 1_000);
  return `0 to ${first}, ${second}, ${third} … ${seconds(maxRetryDelay)}`;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`;
}

function wayOf({ source, target = '' }: Arrow): string {
  return source === target ? '↻' : `→ ${nameOf(target)}`;
}
