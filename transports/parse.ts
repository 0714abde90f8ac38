import { ConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import { type ErrorReporter, report } from './report.ts';

/**
 * How the text of a message becomes its data. `'text'` leaves it as it is and costs nothing; `'auto'` parses it as
 * JSON, and keeps the text where that fails; a function gets the text and its message.
 *
 * For tokens use `'text'`: with `'auto'`, the tokens `42`, `true` and `null` become a number, a boolean and null.
 *
 * @example `parse: 'text'` for tokens
 */
export type Parse = 'auto' | 'text' | ((text: string, message: Message) => unknown);

/** Makes the function that parses a batch. A message that cannot be parsed is reported and left out. */
export function batchParser(
  parse: Parse,
  reporter: ErrorReporter,
): (messages: readonly Message[]) => readonly Message[] {
  if (parse === 'text') return (messages) => messages;
  const dataOf = parse === 'auto' ? jsonOrText : parse;

  return (messages) => {
    const parsed: Message[] = [];
    for (const message of messages) {
      const { event, data, id } = message;
      try {
        parsed.push(typeof data === 'string' ? { event, data: dataOf(data, message), id } : message);
      } catch (cause) {
        const fault = `\`parse\` threw; a message of '${event}' is left out.`;
        report(reporter, new ConnectionError('invalid', fault, { cause }));
      }
    }
    return parsed;
  };
}

/** Most text that is not JSON can be told by its first character, which is far cheaper than a `SyntaxError`. */
const mayBeJson = /^\s*(?:[[{"\d-]|(?:true|false|null)\s*$)/;

function jsonOrText(text: string): unknown {
  if (!mayBeJson.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
