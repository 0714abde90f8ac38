import { subscribe } from 'node:diagnostics_channel';
import { type ClientName, clients } from '../clients/client.ts';
import { now } from '../processes.ts';

/** A stream that the server drops again and again. */
export interface DroppedJob {
  readonly client: ClientName;
  readonly url: string;
  readonly drops: number;
}

/** When the app was told of each loss, and when the next request left, by the clock of the machine. */
export interface DroppedReport {
  readonly lostAt: readonly number[];
  readonly leftAt: readonly number[];
}

const { client, url, drops }: DroppedJob = JSON.parse(process.argv[2] ?? '');
const { open } = await clients[client].load();
const lostAt: number[] = [];
const leftAt: number[] = [];

function leave(): void {
  if (lostAt.length > leftAt.length) leftAt.push(now());
  if (leftAt.length === drops) process.send?.({ lostAt, leftAt } satisfies DroppedReport);
}

setInterval(() => {}, 1_000); // eventsource does not keep a process alive while it waits
subscribe('undici:client:sendHeaders', leave);
subscribe('http.client.request.start', leave);

open({
  url,
  event: 'message',
  receive() {},
  lost() {
    if (lostAt.length === leftAt.length) lostAt.push(now());
  },
});
