import type { FaultConsoleState } from '../../server/faults/fault-console.ts';

export type { FaultConsoleState, FaultDescription } from '../../server/faults/fault-console.ts';

/** What to send: a fault with its parameters, or null to lift the one in force. */
export type FaultRequest = { readonly id: string | null } & {
  readonly [parameter: string]: string | number | null;
};

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
  return answer;
}
