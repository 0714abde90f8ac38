import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import { createConnection, type Transport } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { parseStream } from '../../transports/stream/parse-stream.ts';
import { propertyParameters, propertySeed, propertyTimeout } from '../support/property-runs.ts';
import { type Block, createReplayReader, type StreamPlan } from './replay-reader.ts';

let cases = 0;
let held = 0;

afterAll(() => console.info(`${cases} servers, ${held} held something back, from seed ${propertySeed}`));

const block: fc.Arbitrary<Block> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ id: fc.constantFrom('1', '2', '3', '4', '5'), data: fc.constantFrom('a', 'b') }),
  },
  { weight: 1, arbitrary: fc.record({ id: fc.constant(undefined), data: fc.constantFrom('a', 'b') }) },
  {
    weight: 1,
    arbitrary: fc.record({ id: fc.constantFrom('1', '3', '5', '7'), data: fc.constant(undefined) }),
  },
);

/** A log that is replayed from anywhere, to anywhere: most of what servers do. */
const stretch: fc.Arbitrary<Block[]> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 6 }))
  .map(([from, count]) => Array.from({ length: count }, (_, n) => ({ id: String(from + n), data: 'a' })));

const plan: fc.Arbitrary<StreamPlan> = fc.record({
  blocks: fc
    .tuple(
      fc.oneof(stretch, fc.array(block, { maxLength: 3 })),
      fc.oneof(stretch, fc.array(block, { maxLength: 4 })),
    )
    .map(([first, then]) => [...first, ...then]),
  /** After which block a new chunk begins. */
  splits: fc.array(fc.nat(10), { maxLength: 4 }),
  /** A second passes before that block; what is held back is let go. */
  pause: fc.oneof(fc.constant(undefined), fc.nat(8)),
  ending: fc.constantFrom('cut', 'cut', 'end'),
});

test(
  'of any streams, exactly what does not repeat the last that was delivered is delivered, and the last ID is asked for',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 5 }), async (plans) => {
        const reader = createReplayReader();
        for (const one of plans) reader.read(one);
        cases += 1;
        held += Number(reader.hasHeld);
        assert.deepEqual(await play(plans), { delivered: reader.delivered, asked: reader.asked });
      }),
      propertyParameters(3_000),
    );
  },
  propertyTimeout,
);

/** Lets a real connection read the streams, one after the other. */
async function play(plans: readonly StreamPlan[]) {
  const clock = createTestClock();
  const delivered: string[] = [];
  const asked: string[] = [];
  let done = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });

  const transport: Transport = async ({ lastEventId }) => {
    const next = plans[asked.length];
    if (!next) {
      done();
      return new Promise(() => {});
    }
    asked.push(lastEventId);
    const rest = [...chunksOf(next)];
    const read = async () => {
      const chunk = rest.shift();
      if (chunk === undefined && next.ending === 'cut') throw new TypeError('terminated');
      if (chunk?.isLate) clock.advance(1_000);
      return { text: chunk?.text ?? '', done: chunk === undefined };
    };
    const options = { lastEventId, events: undefined, maxEventSize: 1_000, maxFieldSize: 100 };
    return parseStream(read, () => {}, options);
  };

  const connection = createConnection('http://localhost/', {
    clock,
    transport: () => transport,
    parse: 'text',
    maxRetries: Infinity,
    maxRetryDelay: 1,
  });
  connection.on('*', ({ id, data }) => delivered.push(`${id}${data}`));
  connection.subscribe(({ status }) => {
    if (status === 'backoff') queueMicrotask(() => clock.advance(1));
  });
  await finished;
  await connection[Symbol.asyncDispose]();
  return { delivered, asked };
}

function* chunksOf({ blocks, splits, pause }: StreamPlan): Generator<{ text: string; isLate: boolean }> {
  let text = '';
  for (const [index, { id, data }] of blocks.entries()) {
    // An ID by itself that is followed at once by a message with another is not to be seen.
    const isAfterCheckpoint = blocks[index - 1]?.data === undefined;
    if (index === pause || splits.includes(index) || isAfterCheckpoint) {
      yield { text, isLate: false };
      text = '';
    }
    if (index === pause) yield { text: ':\n', isLate: true };
    text += `${id === undefined ? '' : `id: ${id}\n`}${data === undefined ? '' : `data: ${data}\n`}\n`;
  }
  yield { text, isLate: false };
}
