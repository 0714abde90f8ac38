import { expect, it } from 'vitest';
import { type ConnectionEmitted, createConnection } from '../../index.ts';
import { createTestClock } from '../../testing/clock.ts';
import { createTestPage } from '../../testing/page.ts';
import { pathOf } from '../../testing/paths/connection-paths.ts';
import { transitionName } from '../../testing/paths/transitions.ts';
import { createScriptedServer } from '../../testing/scripted-server.ts';
import { askedBy, Reference, transcriptOf } from './reference.ts';
import { distinct, routesOf } from './routes.ts';
import { runModel } from './run.ts';
import { type Situation, situations } from './situations.ts';
import { emptied, type Target } from './walk.ts';

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

/** What is announced, as the reference has it. */
function nameOf(event: ConnectionEmitted): string {
  if (event.type === 'closed') return `closed ${event.reason}`;
  return event.type === 'gap' ? `gap ${event.resumedAfter}` : event.type;
}

const aMoment = () => new Promise((resolve) => setImmediate(resolve));

const node: Target = {
  name: 'createConnection, fetch, Node',
  native: false,
  immediate: true,
  async begin({ options, refreshesInSteps }: Situation) {
    const page = createTestPage();
    const clock = createTestClock();
    const server = await createScriptedServer({ clock });
    let refreshed = () => {};
    const refresh = () =>
      new Promise<void>((resolve) => {
        refreshed = resolve;
      });
    const connection = createConnection(server.url, {
      ...options,
      ...(refreshesInSteps && { refresh }),
      clock,
    });
    let told = connection.state;
    connection.subscribe((state) => {
      told = state;
    });
    let messages = '';
    connection.on('*', (message) => {
      messages += transcriptOf(message);
    });
    let announced: string[] = [];
    connection.actor.on('*', (event) => {
      if (event.type !== 'messages') announced.push(nameOf(event));
    });
    let taken: string[] = [];
    const inspection = connection.actor.system.inspect((event) => {
      if (event.type === '@xstate.microstep' && event.actorRef === connection.actor)
        taken.push(...event._transitions.map(transitionName));
    });
    return {
      stage: { server, clock, page, app: connection, refresh: () => refreshed() },
      async look() {
        await aMoment();
        const { status, retries, error, retryAt, lastEventId, openedAt, closeReason } = told;
        const last = server.requests.at(-1);
        return {
          status,
          retries,
          errorKind: error?.kind ?? null,
          retryIn: retryAt === null ? null : retryAt - clock.now(),
          lastEventId,
          closeReason,
          requests: server.requests.length,
          openStreams: server.openStreams,
          waiting: server.waiting,
          sockets: server.openSockets,
          asked: last ? askedBy(last) : '',
          openFor: openedAt === null ? null : clock.now() - openedAt,
          messages,
          timers: clock.pending,
        };
      },
      taken() {
        const all = taken;
        taken = [];
        return all;
      },
      announced() {
        const all = announced;
        announced = [];
        return all;
      },
      async stop() {
        inspection.unsubscribe();
        await connection[Symbol.asyncDispose]();
        expect(connection.actor.getSnapshot().status).toBe('stopped');
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
