import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { effectScope, watch } from 'vue'; // loaded before there seems to be a page
import { createConnection } from '../../adapters/create-connection.ts';
import { createScriptedServer } from '../../testing/scripted-server.ts';
import { fromNpm } from '../package/from-npm.ts';
import { documentation } from './documentation.ts';

/** Opens a client, and says what comes: texts, and the status of a refusal where the client knows it. */
type Open = (
  url: string,
  told: { data: (text: string) => void; status: (status: unknown) => void },
) => () => void;

/** Longer than the longest first delay of any of them. */
const patience = 9_000;

const versions = {
  eventsource: '5.1.5',
  '@microsoft/fetch-event-source': '2.0.1',
  'eventsource-client': '1.2.0',
  'reconnecting-eventsource': '1.6.4',
} as const;

const clients: Record<string, () => Promise<Open>> = {
  'sse-machine': async () => (url, told) => {
    const connection = createConnection(url, { parse: 'text' });
    connection.on('*', ({ data }) => told.data(String(data)));
    connection.subscribe(({ error }) => told.status(error?.status));
    return () => connection.close();
  },
  async eventsource() {
    const { EventSource } = await bring('eventsource');
    return listenTo(EventSource);
  },
  async 'fetch-event-source'() {
    const { fetchEventSource } = await bring('@microsoft/fetch-event-source');
    return (url, told) => {
      const controller = new AbortController();
      fetchEventSource(url, {
        signal: controller.signal,
        openWhenHidden: true,
        onmessage: ({ data }: { data: string }) => told.data(data),
        onerror: (error: unknown) => told.status(Object(error).status),
      });
      return () => controller.abort();
    };
  },
  async 'eventsource-client'() {
    const { createEventSource } = await bring('eventsource-client');
    return (url, told) => {
      const client = createEventSource({ url, onMessage: ({ data }: { data: string }) => told.data(data) });
      return () => client.close();
    };
  },
  async 'reconnecting-eventsource'() {
    const module = await bring('reconnecting-eventsource');
    return listenTo(module.default?.default ?? module.default);
  },
  async 'VueUse useEventSource'() {
    const { useEventSource } = await import('@vueuse/core'); // loaded when there is one
    return (url, told) => {
      const scope = effectScope();
      scope.run(() => {
        const { eventSource } = useEventSource(url, [], { autoReconnect: true });
        // A ref that is given the same text again tells nobody.
        const hear = ({ data }: MessageEvent) => told.data(String(data));
        watch(eventSource, (source) => source?.addEventListener('message', hear), {
          immediate: true,
          flush: 'sync',
        });
      });
      return () => scope.stop();
    };
  },
};

beforeAll(async () => {
  // Made for pages: these two look at the page, and two others at its class.
  const page = { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { EventSource } = await bring('eventsource');
  Object.assign(globalThis, { window: globalThis, document: page, EventSource });
}, 300_000);

const { table } = documentation('docs/comparison.md');
const [, ...names] = table('peers')[0] ?? [];

describe.concurrent.each(Object.entries(clients))('%s', (name, load) => {
  test('does what the comparison says of it', async () => {
    const said = Object.fromEntries(
      table('peers')
        .slice(1)
        .map(([fact = '', ...cells]) => [fact, cells[names.indexOf(name)]]),
    );
    const open = await load();
    const [outage, missing] = await Promise.all([afterAnOutage(open), afterA404(open)]);
    expect(said).toMatchObject({ ...outage, ...missing });
  }, 120_000);
});

/** A stream with an ID is cut; then a 503; then all is sent again. */
async function afterAnOutage(open: Open) {
  const server = await createScriptedServer({ patience });
  const texts: string[] = [];
  const close = open(server.url, { data: (text) => texts.push(text), status: () => {} });
  await server.accept();
  await server.send('first');
  await vi.waitFor(() => expect(texts).toEqual(['first']), patience);
  await server.drop();
  await server.refuse(503);
  const [, second] = server.requests;
  const isBack = await server.accept({ lastEventId: '' }).then(
    () => true,
    () => false,
  );
  if (isBack) {
    await server.send('second');
    await vi.waitFor(() => expect(texts).toContain('second'), patience);
  }
  close();
  await server.close();
  const asksFor = second?.lastEventId
    ? 'yes'
    : new URL(second?.url ?? '', server.url).search
      ? 'yes, in the query'
      : 'no';
  return {
    'after a lost stream: asks for what came after the last event': asksFor,
    'after a 503: tries again': isBack ? 'yes' : 'no',
    'an event that is sent twice: is delivered once': isBack
      ? texts.filter((text) => text === 'first').length === 1
        ? 'yes'
        : 'no'
      : '–',
  };
}

async function afterA404(open: Open) {
  const server = await createScriptedServer({ patience });
  const statuses: unknown[] = [];
  const close = open(server.url, { data: () => {}, status: (status) => statuses.push(status) });
  await server.refuse(404);
  const isAsked = await server.refuse(404).then(
    () => true,
    () => false,
  );
  close();
  await server.close();
  return {
    'after a 404: stops': isAsked ? 'no' : 'yes',
    'says the status of a refusal': statuses.includes(404) ? 'yes' : 'no',
  };
}

interface StandardEvent extends Event {
  readonly data?: string;
  readonly code?: unknown;
}

/** @param Source A class with the interface of EventSource. */
function listenTo(Source: new (url: string) => EventTarget & { close(): void }): Open {
  return (url, told) => {
    const source = new Source(url);
    source.addEventListener('message', (event: StandardEvent) => told.data(String(event.data)));
    source.addEventListener('error', (event: StandardEvent) => told.status(event.code));
    return () => source.close();
  };
}

/** The real package, from npm the first time. */
async function bring(name: keyof typeof versions) {
  const folder = fromNpm(name, versions[name]);
  const { exports, module, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = importOf(exports?.['.'] ?? exports) ?? module ?? main;
  return import(pathToFileURL(join(folder, entry)).href);
}

/** The file that `exports` gives to an `import` in Node. */
function importOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  const { node, import: imported, default: other } = Object(target);
  for (const one of [node, imported, other]) {
    if (one !== undefined) return importOf(one);
  }
  return undefined;
}
