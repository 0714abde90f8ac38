import { createConnection } from '../../../index.ts';

/** A report of what a page of a second origin has heard. */
export interface Heard {
  /** Over `fetch`, by a connection of this package. */
  readonly overFetch: readonly unknown[];
  /** By the browser's own EventSource. */
  readonly natively: readonly unknown[];
  readonly status: string;
  readonly isOpenNatively: boolean;
}

declare global {
  interface Window {
    listen(url: string): void;
    heard(): Heard;
    /** The kind of the first failure, its status, and whether the connection waits more than 20 s. */
    failureWith(url: string, token: string): Promise<unknown>;
  }
}

const overFetch: unknown[] = [];
const natively: unknown[] = [];
let connection: ReturnType<typeof connect> | undefined;
let source: EventSource | undefined;

window.listen = (url) => {
  connection = connect(url, 'user-page');
  connection.on('message', ({ data }) => overFetch.push(data));
  source = new EventSource(`${url}?token=user-native`);
  source.addEventListener('message', ({ data }) => natively.push(JSON.parse(data)));
};

window.heard = () => ({
  overFetch,
  natively,
  status: connection?.state.status ?? '',
  isOpenNatively: source?.readyState === EventSource.OPEN,
});

window.failureWith = (url, token) =>
  new Promise((resolve) => {
    const refused = connect(url, token);
    refused.subscribe(({ error, retryAt }) => {
      if (!error) return;
      refused.close();
      resolve({ kind: error.kind, status: error.status, isLongWait: (retryAt ?? 0) > Date.now() + 20_000 });
    });
  });

function connect(url: string, token: string) {
  return createConnection(url, {
    headers: { Authorization: `Bearer ${token}` },
    retryDelay: 50,
    maxRetryDelay: 200,
    maxRetries: Infinity,
  });
}
