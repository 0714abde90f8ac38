import { createConnection } from '../../../index.ts';

/** A report of a page that listens. */
export interface PageReport {
  readonly ids: readonly string[];
  readonly status: string;
  readonly opened: number;
  readonly gaps: number;
}

declare global {
  interface Window {
    follow(url: string, user: string): void;
    report(): PageReport;
  }
}

const ids: string[] = [];
let opened = 0;
let gaps = 0;
let status = '';

window.follow = (url, user) => {
  const connection = createConnection(url, {
    headers: { Authorization: `Bearer ${user}` },
    events: ['notification'],
    closeOn: 'kicked',
    // The defaults, but that what comes twice is seen.
    replays: 'deliver',
    onGap: () => {
      gaps += 1;
    },
  });
  connection.subscribe((state) => {
    status = state.status;
  });
  connection.on('*', ({ id }) => ids.push(id));
  connection.actor.on('opened', () => {
    opened += 1;
  });
};

window.report = () => ({ ids, status, opened, gaps });
