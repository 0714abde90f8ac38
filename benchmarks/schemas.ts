import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { systemClock } from '../machines/clock.ts';
import { createMessageCheck } from '../transports/check-messages.ts';

// Measures what a schema costs a message beside the schema itself: `node benchmarks/schemas.ts`. The least of many
// rounds counts, because everything else on the machine only adds to it.

const perBatch = 100;
const batches = 2_000;
const rounds = 40;

const messages = Array.from({ length: perBatch }, (_, index) => ({
  event: 'price',
  data: { symbol: 'ACME', cents: index },
  id: String(index),
}));

const schemas: Record<string, StandardSchemaV1> = {
  'lets all through': { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } },
  'Zod, an object of two': z.object({ symbol: z.string(), cents: z.number() }),
};

for (const [name, schema] of Object.entries(schemas)) {
  const check = createMessageCheck({
    schemas: { price: schema },
    settings: { clock: systemClock, onInvalid: undefined, reportError: console.error },
    connection: {},
    signal: new AbortController().signal,
    onUnknown: () => {},
  });
  const bare = () => messages.map(({ data }) => schema['~standard'].validate(data)).length;
  const checked = () => (check(messages) as readonly unknown[]).length;
  const [alone, beside] = [leastOf(bare), leastOf(checked)];
  const words = [`alone ${alone.toFixed(3)} µs`, `checked ${beside.toFixed(3)} µs`];
  console.log(`${name.padEnd(24)}${[...words, `more ${(beside - alone).toFixed(3)} µs`].join(', ')}`);
}

/** Microseconds a message. */
function leastOf(run: () => number): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    let count = 0;
    for (let batch = 0; batch < batches; batch += 1) count += run();
    least = Math.min(least, ((performance.now() - start) * 1_000) / count);
  }
  return least;
}
