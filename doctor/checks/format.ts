import { isStream } from '../probes/probe.ts';
import { check, count, found, seconds, skip } from './check.ts';

const asText = 'Give the text to a library that writes events, or write `data: ` before each of its lines.';

/** Checks of how the stream is written. */
export const formatChecks = {
  utf8: check({
    title: 'The stream is valid UTF-8',
    severity: 'error',
    needs: ['stream'],
    why: 'Bytes that are no UTF-8 are read as �, and JSON with them in a name or an ID means something else.',
    mend: {
      'Any server':
        'Encode as UTF-8, not as Latin-1, and cut no character in two when you join chunks as text.',
      'node:http': '`response.write(text, "utf8")`; decode what comes from elsewhere with a StringDecoder.',
    },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      return record.isUtf8 ? 'fine' : found('There are bytes that are no UTF-8.');
    },
  }),
  bom: check({
    title: 'No byte order mark stands before a field',
    severity: 'warning',
    needs: ['stream'],
    why: 'One at the very beginning is skipped by browsers and trips up other clients; any other makes its line an unknown field, so that the event loses its ID or its data.',
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
    why: 'Browsers know all three ways. Many other clients split at `\\n\\n` and hear nothing of `\\r` or `\\r\\n`.',
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
    why: 'It is how long clients wait before they come back. With a very short one all of them are back at once after a restart; after a very long one nobody is.',
    mend: { 'Any server': '`retry: 3000`, in milliseconds and digits alone; or leave it out.' },
    look({ stream: { record } }) {
      if (!isStream(record)) return skip('there was no stream');
      if (record.hasInvalidRetry) return found('A `retry:` is no number of digits alone, and is ignored.');
      const odd = record.retries.find((ms) => ms < 200 || ms > 300_000);
      return odd === undefined ? 'fine' : found(`The server asks for ${seconds(odd)}.`);
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
