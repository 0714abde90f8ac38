import { expect, it } from 'vitest';
import { createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createTestPage } from '../../testing/page.ts';
import { pathOf } from '../../testing/paths/connection-paths.ts';
import { createScriptedServer } from '../../testing/scripted-server.ts';
import { steppedRefresh } from '../support/stepped-refresh.ts';
import { askedBy, Reference } from './reference.ts';
import { distinct, routesOf } from './routes.ts';
import { runModel } from './run.ts';
import { type Situation, situations } from './situations.ts';
import { emptied, type Target } from './walk.ts';
import { watch } from './witness.ts';

const routes = routesOf(situations);

it('expects of every step of every path what the rules of the design ask for', () => {
  for (const { situation, start, moves } of routes) {
    const reference = new Reference(situation.options, situation);
    const { steps } = pathOf(start, moves);
    for (const step of steps) {
      reference.play(step);
      expect(reference.sight, step.name).toMatchObject(step.expected);
    }
  }
});

const aMoment = () => new Promise((resolve) => setImmediate(resolve));

const node: Target = {
  name: 'createConnection, fetch, Node',
  native: false,
  immediate: true,
  async begin({ options, refreshesInSteps }: Situation) {
    const page = createTestPage();
    const clock = createTestClock();
    const server = await createScriptedServer({ clock });
    const { refresh, finish } = steppedRefresh();
    const connection = createConnection(server.url, {
      ...options,
      ...(refreshesInSteps && { refresh }),
      clock,
    });
    const { shown, taken, announced, dispose } = watch(connection, clock);
    return {
      stage: { server, clock, page, app: connection, refresh: finish },
      async look() {
        await aMoment();
        const last = server.requests.at(-1);
        return {
          ...shown(),
          requests: server.requests.length,
          openStreams: server.openStreams,
          waiting: server.waiting,
          sockets: server.openSockets,
          asked: last ? askedBy(last) : '',
          timers: clock.pending,
        };
      },
      taken,
      announced,
      async stop() {
        await dispose();
        await emptied(async () => {
          await aMoment();
          return server.openSockets + clock.pending;
        });
        page.restore();
        await server.close();
      },
    };
  },
};

runModel(node, distinct(routes));
