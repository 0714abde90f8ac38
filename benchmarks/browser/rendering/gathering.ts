import { z } from 'zod';
import { shownReadings } from './feed.ts';
import type { Reading } from './send-paced.ts';

/** Options under which every message is checked by a schema, and those that are shown are gathered. */
export const gathering = {
  events: { message: z.object({ index: z.number(), sentAt: z.number(), text: z.string() }) },
  initial: [] as readonly Reading[],
  reduce: (readings: readonly Reading[], { data }: { readonly data: Reading }) => [
    ...readings.slice(1 - shownReadings),
    data,
  ],
};
