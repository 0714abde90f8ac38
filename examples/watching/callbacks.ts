import { createConnection } from 'sse-machine';

declare function log(what: string, ...facts: unknown[]): void;

export const connection = createConnection('/api/events', {
  onOpen: ({ openedAt, lastEventId }) => log('open', openedAt, lastEventId),
  onFailure: ({ error, retries, retryDelay }) =>
    log('failure', error.kind, error.status, retries, retryDelay),
  onGaveUp: ({ error }) => log('gave up', error.message, error.cause),
  onClosed: ({ reason }) => log('closed', reason),
  onGap: ({ reason, lastEventId }) => log('gap', reason, lastEventId),
});
