import type { ConnectionOptions, ConnectionState } from 'sse-machine';
import type { Answer } from './answer.ts';

/** A question, and the ID under which the server keeps the answer. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  /** The question has not been asked yet. One that was kept by {@link keepTurns} has. */
  readonly isNew?: boolean;
}

export function newTurn(question: string): Turn {
  return { id: crypto.randomUUID(), question, isNew: true };
}

/**
 * The request for an answer. A new question is a POST, which is never repeated: a stream that was cut is carried on by GETs
 * to the same URL. After a reload a GET asks for all of the answer, since what was gathered went with the page.
 */
export function requestFor({
  question,
  isNew,
}: Turn): Pick<ConnectionOptions, 'method' | 'headers' | 'body' | 'resume'> {
  if (!isNew) return {};
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ question }), resume: {} };
}

/**
 * Stops the model. Leaving the page does not, because a user who is cut off, or loads the page again, wants the rest.
 */
export async function stopAnswer(url: string): Promise<void> {
  const { ok } = await fetch(url, { method: 'DELETE' });
  if (!ok) throw new Error('The answer could not be stopped.');
}

/** The note beside the text of an answer. An error of the model is not one of the connection. */
export function noteOn(answer: Answer, { status, error }: ConnectionState): string {
  if (answer.status === 'done') return '';
  if (answer.status === 'stopped') return 'Stopped.';
  if (answer.status === 'failed') return `The model failed: ${answer.error}`;
  if (status === 'failed') return 'No answer.';
  if (status === 'closed') return 'Stopped.';
  if (status === 'backoff')
    return error?.status === 429 ? 'Waiting for its turn…' : 'Connection lost. Trying again…';
  return answer.text === '' ? 'Thinking…' : 'Writing…';
}

const key = 'turns';

/** Keeps the questions for the next load of the page. The server keeps the answers. */
export function keepTurns(turns: readonly Turn[]): void {
  sessionStorage.setItem(key, JSON.stringify(turns.map(({ id, question }) => ({ id, question }))));
}

export function keptTurns(): Turn[] {
  return JSON.parse(sessionStorage.getItem(key) ?? '[]');
}
