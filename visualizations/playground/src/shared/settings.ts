/**
 * The options of both connections. The query of the page overrides each of them, in milliseconds: tests go fast
 * with `?stableAfter=500&retryDelay=100`, and it is a way to try what an option does.
 */
export const settings = withQuery(
  {
    maxRetries: 8,
    retryDelay: 1_000,
    maxRetryDelay: 10_000,
    stableAfter: 5_000,
    connectTimeout: 8_000,
    /** More than two keep-alives of the server without a byte: the stream is dead, whatever the socket says. */
    idleTimeout: 8_000,
  },
  new URLSearchParams(location.search),
);

/** Where the stream is. The server counts the requests of each `client`. */
export function eventsUrl(client: string): string {
  const url = document.querySelector<HTMLMetaElement>('meta[name="events-url"]')?.content ?? '/events';
  return `${url}?client=${client}`;
}

function withQuery<Options extends Record<string, number>>(
  options: Options,
  query: URLSearchParams,
): Options {
  const given = Object.keys(options).flatMap((name) => {
    const value = Number(query.get(name) ?? Number.NaN);
    return Number.isNaN(value) ? [] : [[name, value]];
  });
  return { ...options, ...Object.fromEntries(given) };
}
