import { milliseconds } from '../machines/option-table.ts';
import type { ScriptedMessage } from './scripted.ts';

/** A block as it is sent. */
export interface Block {
  readonly text: string;
  /** Its ID; null for a block that is not replayed. */
  readonly id: string | null;
}

/**
 * Formats a block. A block with data whose ID is left out gets `nextId`.
 *
 * @throws TypeError when the format cannot express the message.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function blockOf(message: ScriptedMessage, nextId: string): Block {
  if (typeof message !== 'string' && (typeof message !== 'object' || message === null)) {
    throw new TypeError(
      `A message is a string or an object like { data, event, id }, not ${typeof message}.`,
    );
  }
  const given = typeof message === 'string' ? { data: message } : message;
  const { event, retry, comment, data } = given;
  const id = given.id === undefined && data !== undefined ? nextId : (given.id ?? null);
  if (retry !== undefined && !(milliseconds.test(retry) && Number.isInteger(retry))) {
    throw new TypeError(`\`retry\` must be whole milliseconds, but it is ${String(retry)}.`);
  }
  const lines = [
    ...(comment === undefined ? [] : linesOf(textOf('comment', comment)).map((line) => `: ${line}`)),
    ...(event === undefined ? [] : [`event: ${lineOf('event', event)}`]),
    ...(id === null ? [] : [`id: ${lineOf('id', id)}`]),
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    ...(data === undefined ? [] : linesOf(payloadOf(data)).map((line) => `data: ${line}`)),
  ];
  if (lines.length === 0) throw new TypeError('A message needs `data`, `id`, `retry` or `comment`.');
  return { text: `${lines.join('\n')}\n\n`, id };
}

function payloadOf(data: unknown): string {
  if (typeof data === 'string') return data;
  let cause: unknown;
  try {
    const json: string | undefined = JSON.stringify(data);
    if (json !== undefined) return json;
  } catch (error) {
    cause = error;
  }
  throw new TypeError('`data` must be a string, or something that JSON can hold.', { cause });
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function lineOf(name: string, value: unknown): string {
  const line = textOf(name, value);
  if (/[\r\n]/.test(line)) throw new TypeError(`\`${name}\` must be one line.`);
  return line;
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`\`${name}\` must be a string, but it is of type ${typeof value}.`);
}
