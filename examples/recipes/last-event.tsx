import { useServerSentEvents } from 'sse-machine/react';

type Events = { started: { job: string }; done: { job: string; seconds: number } };

export function Jobs() {
  const { event, latest } = useServerSentEvents<Events>('/api/jobs', { events: ['started', 'done'] });
  const last = event && latest[event]; // the last one of all
  return <p title={last?.id}>{`${last?.event} ${last?.data.job}, last done ${latest.done?.data.job}`}</p>;
}
