import { afterAll, describe, expect, inject, test } from 'vitest';
import { EventSource } from '../../../event-source/index.ts';
import { type Fact, facts, type Place } from '../../event-source/facts.ts';
import { engine } from '../../support/browsers/engine.ts';
import type { Order } from './facts-worker.ts';

const origin = inject('origin');
const native = globalThis.EventSource;

describe('in a page', () => {
  test.each(ofOurs('page'))('$file: $says', async ({ expected, observe }) => {
    expect(await observe({ place: 'page', origin, Source: EventSource })).toEqual(expected);
  });
});

describe('in a dedicated worker', () => {
  const worker = new Worker(new URL('./facts-worker.ts', import.meta.url), { type: 'module' });
  afterAll(() => worker.terminate());

  test.each(ofOurs('worker'))('$file: $says', async (fact) => {
    expect(await seenIn(worker, fact)).toEqual(fact.expected);
  });
});

describe('in a shared worker', () => {
  const { port } = new SharedWorker(new URL('./facts-worker.ts', import.meta.url), { type: 'module' });
  port.start();
  afterAll(() => port.close());

  test.each(ofOurs('shared worker'))('$file: $says', async (fact) => {
    expect(await seenIn(port, fact)).toEqual(fact.expected);
  });
});

/** That the facts are facts. */
describe(`the class of ${engine} itself`, () => {
  /** Chromium's lets the host through, and takes another charset at its word. Firefox's does not end the one with NUL. */
  const otherwise = {
    chromium: ['eventsource-constructor-url-bogus', 'format-utf-8'],
    firefox: ['format-field-id-null'],
    webkit: [] as string[],
  }[engine];

  test.each(at('page').filter(({ file }) => !otherwise.includes(file)))(
    '$file: $says',
    async ({ expected, observe }) => {
      expect(await observe({ place: 'page', origin, Source: native })).toEqual(expected);
    },
  );
});

function at(place: Place): Fact[] {
  return facts.filter(({ where }) => where?.includes(place) ?? true);
}

/**
 * The same, without what `engines.test.ts` tells: what WebKit does to a header beyond ASCII, and redirected streams in
 * workers of Firefox, which nobody can end.
 */
function ofOurs(place: Place): Fact[] {
  const isGarbled = ({ says }: Fact) => engine === 'webkit' && says.startsWith('the ID comes back as UTF-8');
  // It would use up the connections of Firefox.
  const isEndless = ({ says }: Fact) =>
    engine === 'firefox' && place !== 'page' && /is followed|after a redirect;/.test(says);
  return at(place).filter((fact) => !isGarbled(fact) && !isEndless(fact));
}

function seenIn(worker: Worker | MessagePort, fact: Fact): Promise<unknown> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const hear = ({ data }: Event & { data?: { seen: unknown } }) => {
      done.abort();
      resolve(data?.seen);
    };
    worker.addEventListener('message', hear, { signal: done.signal });
    worker.postMessage({ index: facts.indexOf(fact), origin } satisfies Order);
  });
}
