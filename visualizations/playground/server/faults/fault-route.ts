import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from '../http.ts';
import type { FaultConsole } from './fault-console.ts';

/**
 * `GET /faults` is the state of the console. `POST /faults` with `{ "id": "restart", "seconds": 3 }` begins a
 * fault, with `{ "id": null }` it lifts the one in force. The answer is the new state, or 400 with an `error`.
 */
export function faultRoute(faults: FaultConsole) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.method === 'POST') {
        const { id, ...given } = await bodyOf(request);
        if (id === null) faults.lift();
        else faults.start(id, given);
      } else if (request.method !== 'GET') {
        return answerJson(response, 405, { error: 'Only GET and POST.' });
      }
      answerJson(response, 200, faults.state());
    } catch (error) {
      answerJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

const mostCharacters = 4_096;

/** Asks for the type, because a form of another page could send anything else without a preflight. */
async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new TypeError('Send application/json.');
  }
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > mostCharacters) throw new RangeError('The body is too long.');
  }
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TypeError('Send a JSON object.');
  }
  return { ...body };
}
