import type { IncomingMessage, ServerResponse } from 'node:http';

/** The URL that is asked for. Whatever a client writes there, even `//`, is a path: nothing throws. */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://playground${url.startsWith('/') ? '' : '/'}${url}`);
}

/** A part of a path as it was meant, or as it came when it is not encoded well. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Answers with JSON that nobody keeps. */
export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
