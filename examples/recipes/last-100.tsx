import { useServerSentEvents } from 'sse-machine/react';

export function Log() {
  const { history, dropped } = useServerSentEvents<{ line: string }>('/api/log', {
    events: ['line'],
    history: 100,
    parse: 'text',
  });
  const lines = history.map(({ data }) => data);
  return <pre>{[`${dropped} before`, ...lines].join('\n')}</pre>;
}
