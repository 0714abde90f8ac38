import type { ActorLogic, Snapshot } from 'xstate';
import { type AdjacencyValue, getAdjacencyMap } from 'xstate/graph';
import { type Deed, deedsIn, type PathEvent } from './deeds.ts';
import { perform } from './perform.ts';
import { stateName, transitionName } from './transitions.ts';
import type { World } from './world.ts';

/** Something that happens, and the world before and after. */
export interface Move {
  readonly deed: Deed;
  readonly before: World;
  readonly world: World;
}

/** What the graph of XState walks over: its snapshots are worlds, its events are deeds. */
type Walk = Snapshot<undefined> & { readonly world: World };
type Take = { readonly type: PathEvent; readonly deed: Deed };

/**
 * The ways through every state that a connection can reach, and every transition out of it: the shortest path to
 * the state, and then what happens there. Where the same thing makes the statechart choose the same, once is enough.
 */
export function routesFrom(start: World, isWanted: (deed: Deed) => boolean): Move[][] {
  const ways = new Map<string, Move[]>([[keyOf(start), []]]);
  const seen = new Set<string>();
  const routes: Move[][] = [];
  // The map has the states in the order of their distance.
  for (const { state: from, transitions } of mapFrom(start, isWanted)) {
    const way = ways.get(keyOf(from.world)) ?? [];
    const before = way.at(-1)?.world ?? start;
    for (const { event, state } of Object.values(transitions)) {
      const route = [...way, { deed: event.deed, before, world: state.world }];
      const next = keyOf(state.world);
      if (!ways.has(next)) ways.set(next, route);
      const novelty = noveltyOf({ deed: event.deed, before, world: state.world });
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

function mapFrom(start: World, isWanted: (deed: Deed) => boolean): AdjacencyValue<Walk, Take>[] {
  const logic: ActorLogic<Walk, Take> = {
    getInitialSnapshot: () => walkIn(start),
    transition: (walk, { deed }) => walkIn(perform(walk.world, deed)),
    getPersistedSnapshot: (walk) => walk,
  };
  const map = getAdjacencyMap(logic, {
    events: ({ world }) => deedsIn(world).filter(isWanted).map(takeOf),
    serializeState: ({ world }) => keyOf(world),
  });
  return Object.values(map);
}

/** What makes one move another than the next, for a test: where it begins, what happens, and what comes of it. */
export function noveltyOf({ deed, before, world }: Move): string {
  const what = [deed.event, 'status' in deed && deed.status, 'message' in deed && deed.message.event];
  const taken = world.choices.map((choice) => choice.taken && transitionName(choice.taken));
  // A server that refused to renew the credentials may have asked to wait: that counts once the stream is lost.
  const floorOf = ({ snapshot, now }: World) => Math.max(0, snapshot.context.notBefore - now);
  const isHeldBack = before.notBefore > before.now && floorOf(world) > floorOf(before);
  return JSON.stringify([stateName(before.snapshot.value), what, taken, isHeldBack]);
}

function walkIn(world: World): Walk {
  return { status: 'active', output: undefined, error: undefined, world };
}

function takeOf(deed: Deed): Take {
  return { type: deed.event, deed };
}

/** What tells two worlds apart, as far as it decides what can happen next. */
export function keyOf({ snapshot, page, asking, reading, renewable, now, notBefore }: World): string {
  const { value, context } = snapshot;
  const { settings, retries, error, closeReason, refreshed, unsafe, expiring, chargedAt } = context;
  const place = stateName(value);
  const hasId = context.lastEventId !== '';
  // What was closed or refused is opened afresh: nothing else is left of what was before.
  if (place === 'closed.inactive') return JSON.stringify([place, closeReason, hasId, page]);
  if (place === 'failed' && error?.kind !== 'exhausted') return JSON.stringify([place, hasId, page]);
  return JSON.stringify([
    place,
    settings.maxRetries === Infinity ? Math.min(retries, 1) : retries,
    refreshed,
    unsafe,
    hasId,
    page,
    place === 'backoff.waiting' && [
      error?.kind === 'network',
      chargedAt !== null && now - chargedAt <= 1_000,
    ],
    !place.startsWith('live.open') && context.notBefore > now,
    asking && [asking.sent, asking.renews, asking.doubts, asking.lastEventId !== ''],
    reading && [reading.doubtedAt !== null, expiring, renewable, notBefore > now],
  ]);
}
