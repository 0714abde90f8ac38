import type { PageServer } from './page-server.ts';
import type { Parts } from './parts.ts';
import type { Fault } from './scenarios.ts';

/** The acts of the buttons of a server, by their words. */
export function serverActs(
  { say, later }: Pick<Parts, 'say' | 'later'>,
  server: PageServer,
  faults: readonly Fault[],
): Record<string, () => void> {
  function act({ label, answer, streams, sends, until }: Fault): void {
    say(label);
    if (answer) server.answer = answer;
    if (streams) server[streams]();
    if (sends) server.send(sends, {});
    if (until !== undefined) later(until, mend);
  }

  function mend(): void {
    server.answer = { kind: 'accept' };
    say('The server is back');
  }

  return Object.fromEntries(faults.map((fault) => [fault.label, () => act(fault)]));
}
