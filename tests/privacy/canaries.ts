import type { Connection } from '../../index.ts';

/** Secrets that are planted in all that an app hands over. Each has a mark of its own. */
export const canaries = {
  query: 'canary-query-4f1c',
  user: 'canary-user-77aa',
  password: 'canary-password-0b3e',
  headerName: 'x-canary-name-9d2f',
  headerValue: 'canary-header-51ce',
  token: 'canary-token-c0de',
  refreshed: 'canary-refreshed-e77e',
  cookie: 'canary-cookie-3a3a',
  body: 'canary-body-8b1d',
  thrown: 'canary-thrown-6f6f',
  redirect: 'canary-redirect-2d2d',
  answer: 'canary-answer-a5a5',
  answerHeader: 'canary-answer-header-f00d',
  storageKey: 'canary-storage-key-1e1e',
  storage: 'canary-storage-b00b',
  message: 'canary-message-d4d4',
};

/** All that left the package. */
export interface Leaks {
  /** Looks at the state once more, and tells which canaries were found and where. */
  found(): string[];
  /** Where the data of a message was found. */
  readonly sightings: ReadonlySet<string>;
  watch(where: string, value: unknown): void;
}

/** Collects all that leaves a connection: what it shows, announces and throws, as text. */
export function createLeaks(): Leaks {
  const hits = new Set<string>();
  const sightings = new Set<string>();

  return {
    sightings,
    found: () => [...hits],
    watch(where, value) {
      for (const text of textsOf(value)) {
        for (const [name, canary] of Object.entries(canaries)) {
          if (!text.toLowerCase().includes(canary)) continue;
          if (name === 'message') sightings.add(where);
          else hits.add(`${name} in ${where}`);
        }
      }
    },
  };
}

/** Watches everything that a connection shows, and says of every status that it came to. */
export function watchConnection(connection: Connection, leaks: Leaks): Set<string> {
  const { actor } = connection;
  const statuses = new Set<string>();
  const look = () => {
    const { state } = connection;
    statuses.add(state.status);
    leaks.watch('state', { ...state, error: undefined });
    leaks.watch('state.error', withoutCause(state.error));
    leaks.watch('snapshot', actor.getSnapshot());
    leaks.watch('persisted snapshot', actor.getPersistedSnapshot());
  };
  connection.subscribe(look);
  actor.subscribe(look);
  actor.on('*', (event) => leaks.watch(`emitted ${event.type}`, event));
  look();
  return statuses;
}

/** The cause is for the app alone: no JSON, no message, no stack, no event and no snapshot has it. */
function withoutCause(error: Error | null): unknown {
  if (!error) return error;
  const { cause: _, ...parts } = Object.getOwnPropertyDescriptors(error);
  return [String(error), JSON.stringify(error), Object.create(Object.prototype, parts)];
}

/** Keys that lead from what was handed over to the actors themselves, which are watched one by one. */
const passages = ['actorRef', 'sourceRef', '_parent', 'system', 'machine', '_nodes', 'logic', 'children'];

/** A value as every way of showing it shows it: what JSON has of it, and what JSON leaves out, as of an error. */
function* textsOf(value: unknown, seen = new WeakSet<object>()): Generator<string> {
  if (Object(value) !== value) {
    yield String(value);
    return;
  }
  const target = value as object;
  if (seen.has(target)) return;
  seen.add(target);
  yield String(target);
  yield JSON.stringify(target) ?? '';
  for (const key of Reflect.ownKeys(target)) {
    yield String(key);
    if (typeof key === 'string' && passages.includes(key)) continue;
    yield* textsOf(Object.getOwnPropertyDescriptor(target, key)?.value, seen);
  }
}
