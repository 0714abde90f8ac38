import { expect, it } from 'vitest';
import { createConnection } from '../../index.ts';
import { createTestClock, type TestClock } from '../../testing/clock.ts';
import { createTestPage } from '../../testing/page.ts';
import { pathOf } from '../../testing/paths/connection-paths.ts';
import { createScriptedServer } from '../../testing/scripted-server.ts';
import { steppedRefresh } from '../support/stepped-refresh.ts';
import { actAs, movingUrl } from './app.ts';
import { startOwnActor } from './own-actor.ts';
import { askedBy, Reference } from './reference.ts';
import { distinct, routesOf } from './routes.ts';
import { runModel } from './run.ts';
import { type Situation, situations } from './situations.ts';
import { countUnheardAnswers } from './unheard-answers.ts';
import { emptied, type Target } from './walk.ts';
import { watchConnection } from './watch-connection.ts';

it('expects of every step of every path what the rules of the design ask for', () => {
  for (const { situation, start, moves } of routesOf(situations)) {
    const reference = new Reference(situation.options, situation);
    const { steps } = pathOf(start, moves);
    for (const step of steps) {
      reference.play(step);
      expect(reference.sight, step.name).toMatchObject(step.expected);
    }
  }
});

const aMoment = () => new Promise((resolve) => setImmediate(resolve));

type Begin = Pick<Target, 'name' | 'without'> & {
  connect: (url: ReturnType<typeof movingUrl>, options: Situation['options']) => Connected;
};

/** A connection, and how to watch it and to act on it. */
type Connected = Pick<ReturnType<typeof watchConnection>, 'shown' | 'taken' | 'announced' | 'dispose'> & {
  app: ReturnType<typeof actAs>;
};

function nodeTarget({ name, without, connect }: Begin): Target {
  return {
    name,
    native: false,
    immediate: true,
    without,
    async begin({ options, refreshesInSteps }) {
      const page = createTestPage();
      const clock = createTestClock();
      const server = await createScriptedServer({ clock });
      const unheard = countUnheardAnswers(server.url);
      const { refresh, finish } = steppedRefresh();
      const { app, shown, taken, announced, dispose } = connect(movingUrl(server.url), {
        ...options,
        ...(refreshesInSteps && { refresh }),
        clock,
      });
      return {
        stage: { server, clock, page, app, refresh: finish },
        async look() {
          await aMoment();
          const last = server.requests.at(-1);
          return {
            ...shown(),
            requests: server.requests.length,
            openStreams: server.openStreams,
            waiting: Math.max(server.waiting, unheard.count),
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
          unheard.restore();
          await server.close();
        },
      };
    },
  };
}

const vanilla = nodeTarget({
  name: 'createConnection, fetch, Node',
  without: ['revive'],
  connect(url, options) {
    const connection = createConnection(url.get, options);
    return { app: actAs(connection, url), ...watchConnection(connection, options.clock as TestClock) };
  },
});

runModel(vanilla, distinct(routesOf(situations, vanilla.without)), {
  'only the binding of React and a restored snapshot start an actor twice': [
    'live: transport.restarted [mayRepeat] → live',
    'live: transport.restarted → failed',
  ],
});

const own = nodeTarget({ name: "an actor of one's own, fetch, Node", without: [], connect: startOwnActor });

runModel(own, distinct(routesOf(situations, own.without)));
