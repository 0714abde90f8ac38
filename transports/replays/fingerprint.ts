import type { Message } from '../../machines/message.ts';

const prime = 0x01000193;
const start = 0x811c9dc5;

/** About how many characters of a text are sampled. */
const samples = 16;

/** A hash of 53 bits: two different texts practically never have the same. */
export function numberOf(text: string): number {
  let [one, other] = [start, ~start];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, prime);
    other = Math.imul(other ^ (code << 3), 0x85ebca6b);
  }
  return (one >>> 0) + (other >>> 11) * 2 ** 32;
}

/** The fingerprint of the event and the whole data of a message. */
export function exactPrint({ event, data }: Message): number {
  return numberOf(`${event}\n${textOf(data)}`);
}

/**
 * A fingerprint of the event, of the length of the data and of some of their characters. To look at all of them would
 * take longer than to parse them.
 */
export function samplePrint({ event, data }: Message): number {
  const text = textOf(data);
  const step = Math.max(1, Math.floor(text.length / samples));
  let print = start ^ text.length;
  for (let index = 0; index < event.length; index += 1)
    print = Math.imul(print ^ event.charCodeAt(index), prime);
  for (let index = text.length - 1; index >= 0; index -= step) {
    print = Math.imul(print ^ text.charCodeAt(index), prime);
  }
  return print;
}

/** A transport of the app may deliver data that are not text. */
function textOf(data: unknown): string {
  return typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
}
