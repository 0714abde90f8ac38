import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventSource } from '../../event-source/index.ts';
import { facts } from './facts.ts';
import { startOrigin } from './origin.ts';

let origin: Awaited<ReturnType<typeof startOrigin>>;

beforeAll(async () => {
  origin = await startOrigin();
});

afterAll(() => origin[Symbol.asyncDispose]());

test.each(facts.filter(({ where }) => where?.includes('node') ?? true))(
  'in Node, $file: $says',
  async ({ expected, observe }) => {
    expect(await observe({ place: 'node', origin: origin.url, Source: EventSource })).toEqual(expected);
  },
);
