import { pathOf } from '../../testing/paths/connection-paths.ts';
import { namedEvents, type PathEvent, type TestEvent } from '../../testing/paths/events.ts';
import { type Move, noveltyOf, routesFrom, withoutBeginnings } from '../../testing/paths/explore.ts';
import { begin, type Model } from '../../testing/paths/model.ts';
import type { Situation } from './situations.ts';

/** A way through the statechart, with all that it is known to do there. */
export interface Route {
  readonly name: string;
  readonly situation: Situation;
  readonly start: Model;
  readonly moves: readonly Move[];
}

/** The routes of some situations, without what cannot happen on a target. */
export function routesOf(chosen: readonly Situation[], without: readonly PathEvent[] = []): Route[] {
  return chosen.flatMap((situation) => {
    const start = begin(situation.options, 0, situation.refreshesInSteps);
    const happens = ({ event }: TestEvent) =>
      !without.includes(event) && (situation.events.includes(event) || !namedEvents.includes(event));
    return withoutBeginnings(routesFrom(start, happens)).map((moves) => ({
      name: pathOf(start, moves).name,
      situation,
      start,
      moves,
    }));
  });
}

/** Without those on which the statechart does nothing that it does not do on a route before. */
export function distinct(routes: readonly Route[]): Route[] {
  const seen = new Set<string>();
  return routes.filter(({ moves }) => {
    const novelties = moves.map(noveltyOf).filter((novelty) => !seen.has(novelty));
    for (const novelty of novelties) seen.add(novelty);
    return novelties.length > 0;
  });
}
