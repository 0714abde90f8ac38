import type { Connection } from '../../index.ts';
import type { PageServer } from './page-server.ts';
import type { Parts } from './parts.ts';
import type { Fault } from './scenarios.ts';

/** Has the server count, once a second, until the demo ends. */
export function count({ every }: Pick<Parts, 'every'>, server: PageServer, event = 'count'): void {
  let number = 0;
  every(1_000, () => {
    number += 1;
    server.send(event, number);
  });
}

/** The acts of the buttons of a connection, by their words. */
export function connectionActs(given: () => Connection | undefined): Record<string, () => void> {
  return {
    Open: () => given()?.open(),
    Close: () => given()?.close(),
    Reconnect: () => given()?.reconnect(),
  };
}

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
