import { ConnectionError } from '../machines/connection-error.ts';
import type { Message } from '../machines/message.ts';
import type { ErrorReporter } from './report.ts';
import { guarded } from './report.ts';

/**
 * How the text of a message becomes its data. `'text'` leaves it as it is and costs nothing; `'auto'` is JSON
 * when it parses and the text itself when not; a function gets the text and the message it came in.
 */
export type Parse = 'auto' | 'text' | ((text: string, message: Message<string>) => unknown);

/** Makes the function that parses a batch. A message that cannot be parsed is reported and left out. */
export function batchParser(
  parse: Parse,
  report: ErrorReporter,
): (messages: readonly Message[]) => readonly Message[] {
  if (parse === 'text') return (messages) => messages;
  if (parse === 'auto') return (messages) => messages.map(withJson);
  return (messages) => messages.flatMap((message) => guarded(report, () => [parsed(message, parse)]) ?? []);
}

function withJson(message: Message): Message {
  const { event, data, id } = message;
  return typeof data === 'string' && mayBeJson(data) ? { event, data: jsonOrText(data), id } : message;
}

/** Most text that is not JSON shows it by its first character, which is far cheaper than a `SyntaxError`. */
function mayBeJson(text: string): boolean {
  return /^\s*[[{"\d-]/.test(text) || text === 'true' || text === 'false' || text === 'null';
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parsed(message: Message, parse: Exclude<Parse, string>): Message {
  const { event, data, id } = message;
  if (typeof data !== 'string') return message;
  try {
    return { event, data: parse(data, { event, data, id }), id };
  } catch (cause) {
    const text = `\`parse\` threw on a message of the event '${event}', which is left out. See \`cause\`.`;
    throw new ConnectionError('invalid', text, { cause });
  }
}
