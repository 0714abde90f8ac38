/** The events that a server sends, on the wire, and how many of them. */
export interface Workload {
  readonly name: string;
  /** The name of its events. */
  readonly event: string;
  /** Whether each event brings an ID. */
  readonly hasIds: boolean;
  /** How many messages are measured, in thousands: with the blocks as large as they get, or with one write per event. */
  readonly thousands: { readonly block: number; readonly event: number };
  /** The text of a message. Its number only makes it differ from the next. */
  readonly textOf: (index: number) => string;
}

/** How the server writes: 64 KiB at a time, cut anywhere, or one event at a time. */
export type Writes = 'block' | 'event';

const words = ['a', 'the', 'answer', 'of', 'model', 'is', 'stream', 'tokens', 'and', 'each'];

const tokens = {
  event: 'message',
  thousands: { block: 1_000, event: 200 },
  textOf: (index: number) => JSON.stringify({ text: ` ${words[index % words.length]}` }),
};

const notifications = {
  event: 'notification',
  thousands: { block: 300, event: 100 },
  textOf: (index: number) =>
    JSON.stringify({ user: index, read: false, text: 'has answered you. '.repeat(4).trim() }),
};

const big = {
  event: 'message',
  thousands: { block: 8, event: 8 },
  textOf: (index: number) => JSON.stringify({ page: index, text: 'sixteen characters'.repeat(910) }),
};

export const workloads = {
  tokens: { ...tokens, name: 'LLM tokens', hasIds: false },
  'tokens-with-ids': { ...tokens, name: 'LLM tokens with IDs', hasIds: true },
  notifications: { ...notifications, name: 'notifications with IDs', hasIds: true },
  'notifications-without-ids': { ...notifications, name: 'notifications without IDs', hasIds: false },
  big: { ...big, name: 'big events', hasIds: false },
  'big-with-ids': { ...big, name: 'big events with IDs', hasIds: true },
} satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

/** Every stream that is measured: each workload in blocks, then each with one write per event. */
export const streams = (['block', 'event'] as const).flatMap((writes) =>
  (Object.keys(workloads) as WorkloadName[]).map((workload) => ({ workload, writes })),
);

/** How many messages come before those that are measured, in thousands: enough for V8 to have compiled everything. */
export function warmUpOf(thousands: number): number {
  return 2 * thousands;
}

/** How many streams a page or a process may have open at once. */
export const crowds = [1, 8, 64];

/** The title of a table of the throughput; `connections` for one of a crowd. */
export function titleOf(name: WorkloadName, writes: Writes, connections?: number): string {
  const how = writes === 'block' ? 'in blocks of 64 KiB' : 'one write per event';
  return `${workloads[name].name}, ${how}${connections === undefined ? '' : `, over ${connections} at once`}`;
}

/** The stream repeats itself after so many events. */
export const period = 1_000;

export interface Wire {
  /** One period of the stream, event by event. */
  readonly events: readonly Buffer[];
  /** How much text it brings: of the messages, and of their property `text`. */
  readonly characters: { readonly data: number; readonly text: number };
}

const wires = new Map<WorkloadName, Wire>();

export function wireOf(name: WorkloadName): Wire {
  const wire = wires.get(name) ?? makeWire(name);
  wires.set(name, wire);
  return wire;
}

function makeWire(name: WorkloadName): Wire {
  const { event, hasIds, textOf } = workloads[name];
  const texts = Array.from({ length: period }, (_, index) => textOf(index));
  return {
    events: texts.map((text, index) => {
      const id = hasIds ? `id: ${1e6 + index}\n` : '';
      const named = event === 'message' ? '' : `event: ${event}\n`;
      return Buffer.from(`${id}${named}data: ${text}\n\n`);
    }),
    characters: {
      data: texts.reduce((sum, text) => sum + text.length, 0),
      text: texts.reduce((sum, text) => sum + JSON.parse(text).text.length, 0),
    },
  };
}

/** @throws Error when a client did not get the whole text of so many thousand messages. */
export function checkCharacters(
  received: number,
  { client, workload, thousands }: { client: string; workload: WorkloadName; thousands: number },
): void {
  const { data, text } = wireOf(workload).characters;
  const expected = ((client.endsWith('json') ? text : data) * thousands * 1_000) / period;
  if (received === expected) return;
  throw new Error(`${client} delivered ${received} of ${expected} characters of ${workload}.`);
}

/** The length of the text of a message; of parsed data, that of the property which every workload has. */
export function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return (data as { text: string }).text.length;
}
