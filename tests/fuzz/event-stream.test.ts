import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import { fetchTransport } from '../../transports/fetch.ts';
import { propertyParameters, propertySeed, propertyTimeout } from '../support/property-runs.ts';
import { byteStream, chunksOf, cuts } from './byte-streams.ts';
import { type Interpretation, interpret } from './reference-parser.ts';

let cases = 0;
let messages = 0;

afterAll(() => console.info(`${cases} streams with ${messages} messages, from seed ${propertySeed}`));

test(
  'any bytes, in any chunks, come to what the standard says of them',
  async () => {
    const streams = fc.record({ bytes: byteStream, cuts, resumeAfter: fc.constantFrom('', '', '8') });
    await fc.assert(
      fc.asyncProperty(streams, async ({ bytes, cuts: at, resumeAfter }) => {
        const expected = interpret(bytes, resumeAfter);
        cases += 1;
        messages += expected.messages.length;
        assert.deepEqual(await read(chunksOf(bytes, at), resumeAfter), expected, shown(bytes));
      }),
      propertyParameters(20_000),
    );
  },
  propertyTimeout,
);

/** Reads a stream that arrives in the given chunks, through the whole transport. */
async function read(chunks: readonly Uint8Array[], lastEventId: string): Promise<Interpretation> {
  const rest = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const transport = fetchTransport({ url: 'http://localhost/', fetch });
  const seen = {
    messages: [] as Interpretation['messages'],
    lastEventId,
    retry: undefined as number | undefined,
  };
  for await (const batch of await transport({ lastEventId }, new AbortController().signal)) {
    seen.messages.push(...(batch.messages as Interpretation['messages']));
    seen.lastEventId = batch.lastEventId;
    seen.retry = batch.retry ?? seen.retry;
  }
  return seen;
}

function shown(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}
