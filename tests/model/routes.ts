import { pathOf } from '../../testing/paths/connection-paths.ts';
import { type Move, noveltyOf, routesFrom, withoutBeginnings } from '../../testing/paths/explore.ts';
import { begin, type World } from '../../testing/paths/world.ts';
import type { Situation } from './situations.ts';

/** A way through the statechart, with all that it is known to do there. */
export interface Route {
  readonly name: string;
  readonly situation: Situation;
  readonly start: World;
  readonly moves: readonly Move[];
}

/** The routes of some situations. */
export function routesOf(chosen: readonly Situation[]): Route[] {
  return chosen.flatMap((situation) => {
    const start = begin(situation.options, 0, situation.refreshesInSteps);
    return withoutBeginnings(routesFrom(start, () => true)).map((moves) => ({
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
