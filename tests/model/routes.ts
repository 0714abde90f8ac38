import type { ConnectionOptions } from '../../index.ts';
import { pathOf } from '../../testing/paths/connection-paths.ts';
import { type Move, routesFrom, withoutBeginnings } from '../../testing/paths/explore.ts';
import { begin, type World } from '../../testing/paths/world.ts';
import { type Situation, situations } from './situations.ts';

/** A way through the statechart, with all that it is known to do there. */
export interface Route {
  readonly name: string;
  readonly situation: Situation;
  readonly start: World;
  readonly moves: readonly Move[];
}

/** The routes of all situations. `transport` is what carries the stream, as far as it makes a difference. */
export function allRoutes(transport: ConnectionOptions['transport'] = undefined): Route[] {
  return situations.flatMap((situation) => {
    const options = transport ? { ...situation.options, transport } : situation.options;
    const start = begin(options, 0, situation.refreshesInSteps);
    return withoutBeginnings(routesFrom(start, () => true)).map((moves) => ({
      name: pathOf(start, moves).name,
      situation: { ...situation, options },
      start,
      moves,
    }));
  });
}
