import type { ActorLogic, Snapshot } from 'xstate';
import { type AdjacencyValue, getAdjacencyMap } from 'xstate/graph';
import { bufferTime } from '../../transports/stream/liveness.ts';
import { eventsIn, type PathEvent, type TestEvent } from './events.ts';
import { type Model, requestOf, streamOf } from './model.ts';
import { perform } from './perform.ts';
import { stateName, transitionName } from './transitions.ts';

/** Something that happens, and the model before and after. */
export interface Move {
  readonly event: TestEvent;
  readonly before: Model;
  readonly model: Model;
}

/** Snapshots and events for the graph functions of XState: models, and the events of a test. */
type Walk = Snapshot<undefined> & { readonly model: Model };
type Take = { readonly type: PathEvent; readonly event: TestEvent };

/**
 * Routes through every state that a connection can reach, and every transition out of it: the shortest way to the
 * state, and then one event. Two events that make the statechart choose the same transition count once.
 */
export function routesFrom(start: Model, isWanted: (event: TestEvent) => boolean): Move[][] {
  const ways = new Map<string, Move[]>([[keyOf(start), []]]);
  const seen = new Set<string>();
  const routes: Move[][] = [];
  // The map lists the states by their distance.
  for (const { state: from, transitions } of mapFrom(start, isWanted)) {
    const way = ways.get(keyOf(from.model)) ?? [];
    const before = way.at(-1)?.model ?? start;
    for (const { event: take, state } of Object.values(transitions)) {
      const move = { event: take.event, before, model: state.model };
      const route = [...way, move];
      const next = keyOf(state.model);
      if (!ways.has(next)) ways.set(next, route);
      const novelty = noveltyOf(move);
      if (!seen.has(novelty)) routes.push(route);
      seen.add(novelty);
    }
  }
  return routes;
}

/** Leaves out every route that is the beginning of another. */
export function withoutBeginnings(routes: readonly Move[][]): Move[][] {
  const beginnings = new Set(routes.flatMap((route) => route.slice(0, -1)));
  return routes.filter((route) => !beginnings.has(route.at(-1) as Move));
}

function mapFrom(start: Model, isWanted: (event: TestEvent) => boolean): AdjacencyValue<Walk, Take>[] {
  const logic: ActorLogic<Walk, Take> = {
    getInitialSnapshot: () => walkIn(start),
    transition: (walk, { event }) => walkIn(perform(walk.model, event)),
    getPersistedSnapshot: (walk) => walk,
  };
  const map = getAdjacencyMap(logic, {
    events: ({ model }) => eventsIn(model).filter(isWanted).map(takeOf),
    serializeState: ({ model }) => keyOf(model),
  });
  return Object.values(map);
}

/** The key that tells two moves apart for a test: the state before, the event, and the transitions. */
export function noveltyOf({ event, before, model }: Move): string {
  const what = [event.event, 'status' in event && event.status, 'message' in event && event.message.event];
  const taken = model.choices.map((choice) => choice.taken && transitionName(choice.taken));
  // The answer to a failed renewal may ask to wait, which matters once the stream is lost.
  const floorOf = ({ snapshot, now }: Model) => Math.max(0, snapshot.context.notBefore - now);
  const isHeldBack = streamOf(before) !== undefined && floorOf(model) > 0;
  return JSON.stringify([stateName(before.snapshot.value), what, taken, isHeldBack]);
}

function walkIn(model: Model): Walk {
  return { status: 'active', output: undefined, error: undefined, model };
}

function takeOf(event: TestEvent): Take {
  return { type: event.event, event };
}

/** The key that tells two models apart: everything that decides what can happen next. */
function keyOf(model: Model): string {
  const { snapshot, page, now } = model;
  const { value, context } = snapshot;
  const { settings, retries, error, closeReason, credentials, chargedAt } = context;
  const place = stateName(value);
  const hasId = context.lastEventId !== '';
  const [request, stream] = [requestOf(model), streamOf(model)];
  const isHeldBack = context.notBefore > now;
  // A connection that was closed or refused starts afresh, so nothing else of its past matters.
  if (place === 'closed.inactive') return JSON.stringify([place, closeReason, hasId, page, model.isAway]);
  if (place === 'failed' && error?.kind !== 'exhausted') return JSON.stringify([place, hasId, page]);
  return JSON.stringify([
    place,
    settings.maxRetries === Infinity ? Math.min(retries, 1) : retries,
    credentials,
    hasId,
    page,
    place === 'backoff.waiting' && [
      error?.kind === 'network',
      error?.status === undefined,
      chargedAt !== null && now - chargedAt <= 1_000,
    ],
    isHeldBack,
    model.isElsewhere,
    model.isAway,
    model.untaken.length > 0,
    request && [request.phase, request.askedAfter !== '', context.repeatable, context.mayHaveMissed],
    stream && [
      context.repeatable,
      stream.hadMessages,
      stream.askedAt === null ? 'heard' : now - stream.askedAt > bufferTime,
      Math.min(context.doubt.lost, 1),
    ],
  ]);
}
