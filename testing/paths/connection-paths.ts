import { type ConnectionOptions, completeOptions } from '../../adapters/options.ts';
import { type ConnectionStatus, connectionStatuses, selectStatus } from '../../machines/connection.ts';
import {
  complete,
  type Given,
  number,
  option,
  optional,
  type Rule,
  rule,
} from '../../machines/option-table.ts';
import { describe, namedEvents, type PathEvent, pathEvents, type TestEvent } from './events.ts';
import { type Move, routesFrom, withoutBeginnings } from './explore.ts';
import { begin, type Model, streamOf } from './model.ts';
import { type ExpectedState, type PathStage, play } from './step.ts';

/** One step of a path: something happens, and the connection is as expected. */
export type PathStep = TestEvent & {
  /** The event of the step, as a person would say it. */
  readonly name: string;
  readonly expected: ExpectedState;
  /**
   * Makes it happen.
   *
   * @throws TypeError when the stage lacks what the step is played with.
   */
  readonly play: (stage: PathStage) => Promise<void>;
};

/** A way through the states of a connection. */
export interface ConnectionPath {
  /** Its steps in words. */
  readonly name: string;
  /** The options that the connection has to be given, besides a URL, a transport and a clock. */
  readonly options: ConnectionOptions;
  /** The expected state of the connection before the first step. */
  readonly start: ExpectedState;
  readonly steps: readonly PathStep[];
}

/** The options of {@link connectionPaths}. */
const pathsTable = {
  /**
   * The options of the app's own connection, so that the paths go where that one can go. The fewer the retries,
   * the shorter are the paths to the end of them.
   *
   * @default { maxRetries: 2 }
   */
  options: option(
    { maxRetries: 2 },
    rule<ConnectionOptions>('the options of a connection', (value) => Object(value) === value),
  ),
  /** Only paths that end in this status, or in one of these. Left out, any. */
  status: option(
    connectionStatuses,
    among<ConnectionStatus>('a status or a list of them', connectionStatuses),
  ),
  /** Only paths of at most so many steps. @default Infinity */
  maxLength: option(Infinity, number(1, Infinity)),
  /**
   * Only paths on which nothing else happens. Some have to be named, because they are played with more than others:
   * `refresh`, `sleep`, `leave`, `return`, `move`, `relocate`, `flood` and `revive`. Without `refresh`, that of the app
   * is expected to be done at once; with it, to wait for `refresh` of the stage. Left out, all the others that can
   * happen with these options.
   */
  events: optional(among<PathEvent>('a list of events', pathEvents)),
};

/** Which paths to make. */
export interface ConnectionPathsOptions extends Given<typeof pathsTable> {}

/**
 * Paths through every state and every transition of a connection with the given options, made from
 * {@link connectionMachine} itself: to each state on the shortest way, and then whatever can happen there. Between
 * them they take a component through all that it will ever have to show.
 *
 * The connection has to have a clock of {@link createTestClock} whose draws are 0.5, as they are by default.
 *
 * @example
 * ```ts
 * test.each(connectionPaths({ events: ['accept', 'refuse', 'drop', 'wait'] }))('$name', async ({ options, steps }) => {
 *   const [server, clock] = [createScriptedTransport(), createTestClock()];
 *   const connection = createConnection('/events', { ...options, clock, transport: server.transport });
 *   for (const { play, expected } of steps) {
 *     await play({ server, clock });
 *     expect(connection.state.status).toBe(expected.status);
 *   }
 * });
 * ```
 * @throws TypeError when an option is not what it may be.
 * @throws Error when there is no such path: a test that walks none would pass.
 */
export function connectionPaths(given: ConnectionPathsOptions = {}): ConnectionPath[] {
  const { options, status, maxLength, events } = complete(given, pathsTable);
  completeOptions(options);
  const wanted = [events ?? pathEvents.filter((event) => !namedEvents.includes(event))].flat();
  const start = begin(options, 0, wanted.includes('refresh'));
  const routes = routesFrom(start, ({ event }) => wanted.includes(event)).filter(
    (route) =>
      route.length <= maxLength &&
      [status].flat().some((wanted) => wanted === expectedOf(route.at(-1)?.model ?? start).status),
  );
  if (routes.length === 0) {
    throw new Error(
      'No path is like that. Does `events` have what comes first: `accept`, or `open` with `immediate: false`?',
    );
  }
  return withoutBeginnings(routes).map((route) => pathOf(start, route));
}

/** Makes the path for a test out of a route. */
export function pathOf(start: Model, route: readonly Move[]): ConnectionPath {
  const steps = route.map(({ event, before, model }) => ({
    ...event,
    name: describe(event, before),
    expected: expectedOf(model),
    play: (stage: PathStage) => play(event, stage),
  }));
  return {
    name: steps.map(({ name }) => name).join(', then '),
    options: start.options,
    start: expectedOf(start),
    steps,
  };
}

function expectedOf(model: Model): ExpectedState {
  const { snapshot, now, requests } = model;
  const { retries, error, retryAt, lastEventId, closeReason } = snapshot.context;
  return {
    status: selectStatus(snapshot),
    retries,
    errorKind: error?.kind ?? null,
    retryIn: retryAt === null ? null : retryAt - now,
    lastEventId,
    closeReason,
    requests,
    openStreams: Number(streamOf(model) !== undefined),
  };
}

function among<Word extends string>(allowed: string, words: readonly Word[]): Rule<Word | readonly Word[]> {
  const isAmong = (word: unknown) => words.includes(word as Word);
  return rule(`${allowed}: ${words.join(', ')}`, (value) => [value].flat().every(isAmong));
}
