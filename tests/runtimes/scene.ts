import type * as core from '../../index.ts';
import { addressOf, seenAt } from '../event-source/asked-answers.ts';
import type { Answer, SeenRequest } from '../event-source/origin.ts';

/** Where the cases run. */
export interface Realm {
  /** Of the server whose answers are in its URLs: see `tests/event-source/origin.ts`. */
  readonly origin: string;
  readonly core: typeof core;
  /** Given to every connection, such as the `fetch` of a library. */
  readonly options?: core.ConnectionOptions;
  /** The `fetch` that asks the server what it has seen. */
  readonly ask: typeof fetch;
  /** How many streams there can be to one origin. */
  readonly mostStreams: number;
}

/** A connection of a case, and what it has told. */
export interface Heard {
  readonly url: string;
  readonly connection: core.Connection;
  readonly messages: readonly core.Message[];
  /** The errors that were reported. */
  readonly faults: readonly unknown[];
  /** The data of so many messages, once they have come. */
  data(count: number): Promise<unknown[]>;
  reached(status: core.ConnectionStatus): Promise<core.ConnectionState>;
  /** The requests, without preflights. */
  seen(): Promise<SeenRequest[]>;
  /** Has the server cut the sockets of the requests. */
  cut(): Promise<void>;
}

/** A server to connect to, and connections that end with the case. */
export interface Scene extends Realm {
  address(answers: readonly Answer[]): string;
  /** Connects to a server that gives these answers; after the last one it gives 204. */
  listen(answers: readonly Answer[], options?: core.ConnectionOptions): Heard;
  connect(url: string, options?: core.ConnectionOptions): Heard;
  seenAt(url: string): Promise<SeenRequest[]>;
  /** Waits until so many requests are open at the server. */
  openStreams(url: string, count: number): Promise<void>;
}

/** @returns The scene, and how to close its connections. */
export function createScene(realm: Realm): { readonly scene: Scene; readonly end: () => void } {
  const connections: core.Connection[] = [];

  function connect(url: string, options: core.ConnectionOptions = {}): Heard {
    const messages: core.Message[] = [];
    const faults: unknown[] = [];
    const connection: core.Connection = realm.core.createConnection(url, {
      jitter: 'none',
      retryDelay: 1,
      reportError: (fault) => faults.push(fault),
      ...realm.options,
      ...options,
    });
    connections.push(connection);
    connection.on('*', (message) => messages.push(message));
    return {
      url,
      connection,
      messages,
      faults,
      async data(count) {
        await until(() => messages.length >= count, `${count} messages, and not ${messages.length}`);
        return messages.map(({ data }) => data);
      },
      async reached(status) {
        await until(() => connection.state.status === status, status);
        return connection.state;
      },
      seen: () => seen(url),
      async cut() {
        const { origin, pathname } = new URL(url);
        await realm.ask(`${origin}/cut${pathname}`);
      },
    };
  }

  async function seen(url: string): Promise<SeenRequest[]> {
    return (await seenAt(url, realm.ask)).filter(({ method }) => method !== 'OPTIONS');
  }

  const scene: Scene = {
    ...realm,
    address: (answers) => addressOf(realm, answers),
    connect,
    listen: (answers, options) => connect(addressOf(realm, answers), options),
    seenAt: seen,
    async openStreams(url, count) {
      let open = -1;
      await until(
        async () => {
          open = (await seen(url)).filter(({ isOpen }) => isOpen).length;
          return open === count;
        },
        `${count} open streams`,
        10,
      );
    },
  };
  return {
    scene,
    end() {
      for (const connection of connections) connection.close();
    },
  };
}

/** Waits by the clock of the runtime, whose timers are part of the case. */
async function until(isSo: () => boolean | Promise<boolean>, what: string, pause = 1): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
