import type { ConnectionOptions } from '../../../index.ts';
import { createTestClock, type TestClock } from '../../../testing/clock.ts';
import { createTestPage } from '../../../testing/page.ts';
import type { PathStage } from '../../../testing/paths/step.ts';
import { startRemoteScriptedServer } from '../../support/remote/remote-scripted-server.ts';
import { steppedRefresh } from '../../support/stepped-refresh.ts';
import { askedBy, type Sight } from '../reference.ts';
import type { Situation } from '../situations.ts';
import { countUnheardAnswers } from '../unheard-answers.ts';
import { emptied, type Target } from '../walk.ts';
import type { Shown } from '../watch-connection.ts';

/** A connection on the page. */
export interface Mounted {
  readonly app: NonNullable<PathStage['app']>;
  look(): Shown;
  taken?(): string[];
  announced?(): string[];
  unmount(): unknown;
}

/** Mounts a connection in a page that a test plays, against a server that it plays too. */
export function browserTarget(
  { name, native = false, immediate = false, without }: Pick<Target, 'name' | 'without'> & Partial<Target>,
  mount: (url: string, options: ConnectionOptions & { readonly clock: TestClock }) => Mounted,
): Target {
  async function begin({ options, refreshesInSteps }: Situation) {
    const page = createTestPage();
    const clock = createTestClock();
    const server = await startRemoteScriptedServer();
    const unheard = countUnheardAnswers(server.url);
    const { refresh, finish } = steppedRefresh();
    const { app, look, unmount, ...inside } = mount(server.url, {
      ...options,
      ...(refreshesInSteps && { refresh }),
      clock,
    });
    return {
      ...inside,
      stage: { server, clock, page, app, refresh: finish },
      async look(): Promise<Sight> {
        const { requests, last, openStreams, waiting, openSockets } = await server.look();
        const asked = last ? askedBy(last) : '';
        return {
          ...look(),
          ...{ requests, asked, openStreams },
          waiting: Math.max(waiting, unheard.count),
          sockets: openSockets,
          timers: clock.pending,
        };
      },
      async stop() {
        await unmount();
        await emptied(async () => (await server.look()).openSockets + clock.pending);
        page.restore();
        unheard.restore();
        await server.close();
      },
    };
  }
  return { name, native, immediate, without, begin };
}
