import type { Answer, SeenRequest } from './origin.ts';

let count = 0;

/** An address of its own at which these answers are given. */
export function addressOf({ origin }: { readonly origin: string }, answers: readonly Answer[]): string {
  count += 1;
  const name = `${count}-${Math.random().toString(36).slice(2)}`;
  return `${origin}/${name}?${new URLSearchParams({ plan: JSON.stringify(answers) })}`;
}

export function redirectTo(location: string, status: number): Answer {
  return { status, type: null, headers: { location } };
}

/** The requests that were made there. */
export async function seenAt(url: string, ask = fetch): Promise<SeenRequest[]> {
  const { origin, pathname } = new URL(url);
  return (await ask(`${origin}/seen${pathname}`)).json();
}

/** Of the requests that are no preflights. A header is bytes. */
export function lastEventIdOf(requests: readonly SeenRequest[], index: number): string | undefined {
  const id = requests.filter(({ method }) => method === 'GET')[index]?.headers['last-event-id'];
  return id === undefined
    ? undefined
    : new TextDecoder().decode(Uint8Array.from(String(id), (byte) => byte.charCodeAt(0)));
}
