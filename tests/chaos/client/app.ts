import type { Connection, ConnectionClock } from '../../../index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { drawFrom } from '../draw.ts';
import type { Command } from '../oracle/attempt-oracle.ts';

interface AppOptions {
  readonly seed: number;
  readonly clock: ConnectionClock;
  readonly restless: boolean;
  readonly connect: () => Connection<Record<string, string>>;
  /** Called before each command. */
  readonly tell: (command: Command) => void;
}

/** How often each thing is done by a restless app. */
const habits = { reconnect: 4, reopen: 4, remake: 2, 'reconnect twice': 1 };

/** In milliseconds of the campaign. */
const pace = { command: [10, 400], reopen: [0, 12] } as const;

/** The part of an app that commands its connection, and opens it again when it has come to rest. */
export function startApp({ seed, clock, restless, connect, tell }: AppOptions) {
  const draw = drawFrom(seededRandom(seed));
  let calm = !restless;
  let disposed = false;
  /** The app closed the connection itself and is about to open it. */
  let busy = false;
  let waking: unknown;
  /** Settles once a connection that was given up is gone. */
  let gone: PromiseLike<void> | undefined;

  function start(): Connection<Record<string, string>> {
    tell('open');
    return connect();
  }

  function close(): void {
    clock.clearTimeout(waking);
    tell('close');
    connection.close();
  }

  function reconnect(): void {
    clock.clearTimeout(waking);
    tell('reconnect');
    connection.reconnect();
  }

  /** At once, or a little later. */
  function soon(callback: () => void): void {
    const delay = draw.whole(...pace.reopen);
    const unlessDisposed = () => void (disposed || callback());
    if (delay === 0) unlessDisposed();
    else waking = clock.setTimeout(unlessDisposed, delay);
  }

  const actions: Record<keyof typeof habits, () => void> = {
    reconnect,
    'reconnect twice': () => {
      reconnect();
      reconnect();
    },
    reopen: () => {
      busy = true;
      close();
      soon(() => {
        busy = false;
        tell('open');
        connection.open();
      });
    },
    remake: () => {
      busy = true;
      close();
      gone = connection[Symbol.asyncDispose]().then(() => {
        if (disposed) return;
        gone = undefined;
        busy = false;
        connection = start();
      });
    },
  };

  function scheduleCommand(): void {
    if (calm) return;
    clock.setTimeout(
      () => {
        if (calm || disposed) return;
        const action = draw.weighted(habits);
        if (!busy) actions[action]();
        scheduleCommand();
      },
      draw.whole(...pace.command),
    );
  }

  let connection = start();
  scheduleCommand();

  return {
    calm() {
      calm = true;
    },
    /** The connection has come to rest; the app wants it to go on. */
    wake(): void {
      const opens = draw.chance(0.5);
      waking = clock.setTimeout(
        () => {
          if (disposed || busy) return;
          if (!opens) return reconnect();
          tell('open');
          connection.open();
        },
        draw.whole(...pace.reopen),
      );
    },
    async dispose(): Promise<void> {
      disposed = true;
      clock.clearTimeout(waking);
      tell('close');
      await (gone ?? connection[Symbol.asyncDispose]());
    },
  };
}
