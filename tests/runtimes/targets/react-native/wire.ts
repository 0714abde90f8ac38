import { type ClientRequest, type IncomingMessage, request } from 'node:http';

// The native side of React Native, played by Node. Not by its `fetch`, which would work with the polyfills.

export interface WireRequest {
  readonly method: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly body?: string | null | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly isRedirected: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Wire {
  readonly response: Promise<WireResponse>;
  cancel(): void;
}

const mostRedirects = 20;

/** As OkHttp does it: redirects are followed, with all headers, and the text of a header is written as UTF-8. */
export function send(url: string, { method, headers, body }: WireRequest): Wire {
  let current: ClientRequest | undefined;
  const written = Object.fromEntries(
    [...headers].map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );

  async function follow(target: string, left: number): Promise<WireResponse> {
    if (left === 0) throw new Error(`Too many follow-up requests: ${mostRedirects + 1}`);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      current = request(target, { method, headers: written }, resolve).once('error', reject);
      current.end(body ?? undefined);
    });
    const { statusCode: status = 0 } = answer;
    const { location } = answer.headers;
    if (status > 300 && status < 309 && location) {
      answer.resume();
      return follow(new URL(location, target).href, left - 1);
    }
    const fields = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return {
      status,
      headers: Object.fromEntries(fields),
      url: target,
      isRedirected: target !== url,
      body: answer,
    };
  }

  return { response: follow(url, mostRedirects), cancel: () => current?.destroy() };
}

/** As much of `fetch` as asks for JSON. */
export async function ask(url: string): Promise<{ json(): Promise<unknown> }> {
  const { body } = await send(url, { method: 'GET', headers: [] }).response;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return { json: async () => JSON.parse(Buffer.concat(parts).toString()) };
}
