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
   * Makes the event happen.
   *
   * @throws TypeError when the stage lacks something that the step needs.
   */
  readonly play: (stage: PathStage) => Promise<void>;
};

/** A way through the states of a connection. */
export interface ConnectionPath {
  /** Its steps in words. */
  readonly name: string;
  /** The options to give to the connection, in addition to a URL, a transport and a clock. */
  readonly options: ConnectionOptions;
  /** The expected state of the connection before the first step. */
  readonly start: ExpectedState;
  /** The steps, in order. */
  readonly steps: readonly PathStep[];
}

/** The options of {@link connectionPaths}. */
const pathsTable = {
  /**
   * The options of the app's own connection, so that the paths have only events and states that it can have. Fewer
   * retries make shorter paths.
   *
   * @default { maxRetries: 2 }
   */
  options: option(
    { maxRetries: 2 },
    rule<ConnectionOptions>('the options of a connection', (value) => Object(value) === value),
  ),
  /** Only paths that end in this status, or in one of these. Left out, all paths. */
  status: option(
    connectionStatuses,
    among<ConnectionStatus>('a status or a list of them', connectionStatuses),
  ),
  /** Only paths with at most this many steps. @default Infinity */
  maxLength: option(Infinity, number(1, Infinity)),
  /**
   * Only paths with these events. Left out, every event that can happen with these options, except those that need
   * more than a server, a clock and a page: `refresh`, `sleep`, `leave`, `return`, `move`, `relocate`, `flood` and
   * `revive` have to be named. Without `refresh`, the app's `refresh` function is expected to resolve at once; with
   * it, to wait for `refresh` of the stage.
   */
  events: optional(among<PathEvent>('a list of events', pathEvents)),
};

/** Which paths to make. */
export interface ConnectionPathsOptions extends Given<typeof pathsTable> {}

/**
 * Paths through every state and every transition of a connection with the given options, made from {@link
 * connectionMachine} itself: the shortest way to each state, and then each event that can happen there. Together they
 * show a component everything that it will ever have to display.
 *
 * The connection needs a clock of {@link createTestClock} with the default random number, 0.5.
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
 * @throws TypeError when an option is invalid.
 * @throws Error when no path fits, because a test without paths would pass.
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
      'No path fits. Does `events` have the first event: `accept`, or `open` with `immediate: false`?',
    );
  }
  return withoutBeginnings(routes).map((route) => pathOf(start, route));
}

/** Makes the path for a test from a route. */
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
