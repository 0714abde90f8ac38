/** The result of a stream, as a client of it sees it. */
export interface Interpretation {
  readonly messages: { event: string; data: string; id: string }[];
  readonly lastEventId: string;
  readonly retry: number | undefined;
}

/**
 * The interpretation of an event stream, sentence by sentence as the standard has it, on all the bytes at once.
 *
 * It differs on purpose in two things. A block whose ID has a control character gives none, where the standard
 * ignores only an `id` line with NUL: no header can carry it back. And a byte order mark that was encoded twice, so
 * that its three bytes arrive as three characters, counts as one.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function interpret(bytes: Uint8Array, lastEventId = ''): Interpretation {
  // "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading BOM, if any".
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const text = decoded.replace(/^(\uFEFF|\u00EF\u00BB\u00BF)/, '');

  const messages: Interpretation['messages'] = [];
  let retry: number | undefined;
  let data = '';
  let eventType = '';
  let id: string | undefined;

  // "Lines must be separated by either a CRLF pair, a single LF or a single CR." What follows the last end of a
  // line is not one.
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1);
  for (const line of lines) {
    if (line === '') dispatch();
    else if (line.startsWith(':')) continue;
    else if (line.includes(':')) {
      const colon = line.indexOf(':');
      process(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
    } else process(line, '');
  }
  return { messages, lastEventId, retry };

  function process(field: string, value: string): void {
    if (field === 'event') eventType = value;
    if (field === 'data') data += `${value}\n`;
    if (field === 'id' && !value.includes('\0')) id = value;
    if (field === 'retry' && /^[0-9]+$/.test(value)) retry = Number(value);
  }

  function dispatch(): void {
    if (id !== undefined && !/\p{Cc}/u.test(id)) lastEventId = id;
    if (data !== '')
      messages.push({ event: eventType || 'message', data: data.slice(0, -1), id: lastEventId });
    data = '';
    eventType = '';
    id = undefined;
  }
}
