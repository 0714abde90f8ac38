import type { FaultConsoleState, FaultRequest } from '../../protocol/fault-api.ts';
import { createStore } from '../store.ts';

/** The last answer of the server, whichever part of the page had asked. */
export const consoleState = createStore<FaultConsoleState | undefined>(undefined);

export function readFaults(): Promise<FaultConsoleState> {
  return ask();
}

export function sendFault(request: FaultRequest): Promise<FaultConsoleState> {
  return ask({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
}

async function ask(init: RequestInit = {}): Promise<FaultConsoleState> {
  const response = await fetch('/faults', init);
  const answer: FaultConsoleState & { error?: string } = await response.json();
  if (answer.error !== undefined) throw new Error(answer.error);
  consoleState.set(answer);
  return answer;
}
