import { useServerSentEvents } from 'sse-machine/react';
import { aiSdk } from '../reducers/ai-sdk.ts';

/** Asks a question, and shows the answer as it grows. `url` has an ID in it that this page has made up. */
export function Answer({ url, question }: { readonly url: string; readonly question: string }) {
  const { data: answer } = useServerSentEvents(url, {
    ...aiSdk,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question }),
    resume: {}, // an answer that is cut off is carried on by a GET of the same URL
  });
  return <p>{answer.error ?? answer.text}</p>;
}
