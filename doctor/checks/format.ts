import { isStream } from '../probes/probe.ts';
import { check, count, found, seconds, skip } from './check.ts';

const asText = 'Give the text to a library that writes events, or write `data: ` before each of its lines.';

/** Checks of the format of the stream. */
export const formatChecks = {
  utf8: check({
    title: 'The stream is valid UTF-8',
    severity: 'error',
    needs: ['stream'],
    why: 'Bytes that are not valid UTF-8 are read as �, so that names, IDs and data change.',
    mend: {
      'Any server':
        'Encode as UTF-8, not as Latin-1, and when you join chunks as text, do not split a character.',
      'node:http': '`response.write(text, "utf8")`; decode what comes from elsewhere with a StringDecoder.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      return record.isUtf8 ? 'fine' : found('There are bytes that are not valid UTF-8.');
    },
  }),
  bom: check({
    title: 'No byte order mark stands before a field',
    severity: 'warning',
    needs: ['stream'],
    why: 'Browsers skip one at the very beginning, but other clients do not. Any other one makes its line an unknown field, so that the event loses its ID or its data.',
    mend: { 'Any server': 'Read files and templates without their byte order mark before you send them.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { strayMarks, beginsWithMark } = record.script;
      if (strayMarks > 0) return found(`${count(strayMarks, 'line')} began with a byte order mark.`);
      return beginsWithMark ? found('The stream begins with a byte order mark.') : 'fine';
    },
  }),
  'line-ends': check({
    title: 'Lines end in one way, and not with CR alone',
    severity: 'note',
    needs: ['stream'],
    why: 'Browsers know all three ways. Many other clients split only at `\\n\\n`, and find no event where lines end with `\\r` or `\\r\\n`.',
    mend: { 'Any server': 'End lines with `\\n`.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { crlf, lf, cr } = record.script.ends;
      if (crlf + lf + cr === 0) return skip('no line came');
      if (cr > 0) return found(`${count(cr, 'line')} ended with CR alone.`);
      return crlf > 0 && lf > 0 ? found(`${count(crlf, 'line')} ended with CRLF and ${lf} with LF.`) : 'fine';
    },
  }),
  fields: check({
    title: 'Every line is a field that clients know',
    severity: 'error',
    needs: ['stream'],
    why: 'Lines that do not begin with `data:`, `event:`, `id:`, `retry:` or `:` are ignored: text with line breaks loses all but its first line.',
    mend: {
      'Any server': asText,
      'node:http': 'Split the text at its line breaks, and write `data: ` and the line, for each.',
      NestJS: 'Return objects as `data`: Nest writes them line by line.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { unknownLines, unknownField } = record.script;
      if (unknownLines === 0) return 'fine';
      const first =
        unknownField && /^\s?(data|event|id|retry)$/i.test(unknownField) ? unknownField : undefined;
      const example =
        first === undefined ? '' : `, such as "${first}:" (names are in lower case, without a space before)`;
      return found(
        `${count(unknownLines, 'line')} ${unknownLines === 1 ? 'is' : 'are'} ignored by every client${example}.`,
      );
    },
  }),
  data: check({
    title: 'Every event has data',
    severity: 'error',
    needs: ['stream'],
    why: 'An event without a `data` line is never delivered, whatever its name.',
    mend: { 'Any server': 'Give it data, if only `data:` with nothing after it.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      const { silentBlocks } = record.script;
      return silentBlocks === 0
        ? 'fine'
        : found(`${count(silentBlocks, 'event')} came with a name and no data.`);
    },
  }),
  retry: check({
    title: 'The reconnection time is sensible',
    severity: 'warning',
    needs: ['stream'],
    why: 'Clients wait for this time before they reconnect. If it is very short, all of them are back at once after a restart; if it is very long, they miss events for as long.',
    mend: { 'Any server': '`retry: 3000`, in milliseconds and digits alone; or leave it out.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      if (record.hasInvalidRetry)
        return found('A `retry:` is not made of digits alone, so clients ignore it.');
      const odd = record.retries.find((ms) => ms < 200 || ms > 300_000);
      return odd === undefined
        ? 'fine'
        : found(`The server asks for a reconnection time of ${seconds(odd)}.`);
    },
  }),
  'event-size': check({
    title: 'No event is very large',
    severity: 'warning',
    needs: ['stream'],
    why: 'A large event holds up all that follow, is sent again as a whole at a replay, and some clients refuse it.',
    mend: { 'Any server': 'Send an ID or a URL, and let the client fetch the rest.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      if (record.events.length === 0) return skip('no event came');
      const { largest } = record;
      return largest > 2 ** 20
        ? found(`An event has ${(largest / 2 ** 20).toFixed(1)} million characters.`)
        : 'fine';
    },
  }),
};
