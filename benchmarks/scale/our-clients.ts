import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from '../../index.ts';

/** Connections of this package to open, with its defaults. */
export interface OurJob {
  readonly url: string;
  readonly count: number;
  readonly firstUser: number;
}

export interface OurReport {
  readonly open: number;
  readonly messages: number;
  /** When each request was sent since the last `measure`, by the clock of the machine. */
  readonly attempts: readonly number[];
  /** When each connection was open again for the last time. */
  readonly backAt: readonly number[];
  /** How many have given up. */
  readonly failed: number;
}

const { url, count, firstUser }: OurJob = JSON.parse(process.argv[2] ?? '');
let messages = 0;
let attempts: number[] = [];
const backAt = new Map<number, number>();

const connections: { readonly state: { readonly status: string } }[] = [];
for (let index = 0; index < count; index += 1) {
  const connection = createConnection(url, {
    headers: { Authorization: `Bearer user-${firstUser + index}` },
  });
  connection.on('message', () => {
    messages += 1;
  });
  let status = '';
  connection.subscribe((state) => {
    if (state.status === status) return;
    status = state.status;
    if (status === 'connecting') attempts.push(Date.now());
    if (status === 'open') backAt.set(index, Date.now());
  });
  connections.push(connection);
  if (index % 50 === 49) await sleep(50);
}
while (connections.some(({ state }) => state.status !== 'open')) await sleep(20);
process.send?.('opened');

process.on('message', (request) => {
  if (request === 'measure') {
    [messages, attempts] = [0, []];
    backAt.clear();
  }
  if (request === 'report') {
    const inStatus = (status: string) => connections.filter(({ state }) => state.status === status).length;
    const report: OurReport = {
      open: inStatus('open'),
      messages,
      attempts,
      backAt: [...backAt.values()],
      failed: inStatus('failed'),
    };
    process.send?.(report);
  }
});
process.once('disconnect', () => process.exit());
