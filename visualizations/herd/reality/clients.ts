import { createConnection } from '../../../index.ts';
import type { GivenSettings } from '../../../machines/settings.ts';

/** The task of a process of clients. */
export interface ClientJob {
  readonly url: string;
  /** The prefix of the names of its clients. */
  readonly name: string;
  readonly clients: number;
  readonly settings: GivenSettings;
}

/** `opened`: all are open. `settled`: each has been dropped, and is open again or has given up. */
export interface ClientNews {
  readonly what: 'opened' | 'settled';
  readonly gaveUp: number;
}

/** How many connect at once at first: the backlog of a listening socket takes as many with ease. */
const batch = 50;

process.once('message', async ({ url, name, clients, settings }: ClientJob) => {
  let settled = 0;
  let gaveUp = 0;

  /** Resolves when it is open for the first time. */
  function connect(place: number): Promise<void> {
    let opened = 0;
    return new Promise((resolve) => {
      const connection = createConnection(`${url}/${name}-${place}`, settings);
      connection.actor.on('opened', () => {
        opened += 1;
        if (opened === 1) resolve();
        else settle();
      });
      connection.actor.on('gaveUp', () => {
        gaveUp += 1;
        settle();
      });
    });
  }

  function settle(): void {
    settled += 1;
    if (settled === clients) tell('settled');
  }

  function tell(what: ClientNews['what']): void {
    process.send?.({ what, gaveUp } satisfies ClientNews);
  }

  for (let first = 0; first < clients; first += batch) {
    const places = Array.from({ length: Math.min(batch, clients - first) }, (_, n) => first + n);
    await Promise.all(places.map(connect));
  }
  tell('opened');
});
