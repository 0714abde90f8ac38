import { type Connection, type ConnectionOptions, createConnection, type Message } from '../../index.ts';
import { setText } from '../../visualizations/viewer/panes/dom.ts';
import { duration } from '../../visualizations/viewer/text/format.ts';
import { createCounts } from './counts.ts';
import type { TransportServer } from './page-server.ts';
import type { Parts } from './parts.ts';
import type { Scenario } from './scenarios.ts';
import { connectionActs } from './server-acts.ts';

interface UserOptions {
  readonly server: TransportServer;
  readonly scenario: Pick<Scenario, 'options' | 'renews' | 'writes'>;
  readonly name?: string | undefined;
  /** Is given the actor whose chart is shown. */
  readonly onMoment?: ((actor: Connection['actor']) => () => void) | undefined;
}

/** Somebody who uses the connection: its badge, its numbers and its buttons. */
export function createUser(parts: Parts, { server, scenario, name, onMoment }: UserOptions): HTMLElement {
  const { html, say } = parts;
  const badge = parts.badge();
  const why = html('span', { class: 'why' });
  const text = html('p', { class: 'text' });
  const facts = parts.facts('Retries', 'Next attempt', 'Last event ID', 'Received', 'Missed', 'Twice');

  let counts = createCounts();
  let connection: Connection | undefined; // none yet when it is told of its first state
  let unwatch: (() => void) | undefined;

  function connect(): Connection {
    const made = createConnection('/api/events', {
      ...scenario.options,
      transport: server.transport,
      ...(scenario.renews && { refresh: renew }),
      onGap: ({ reason }) => say(`A gap is announced: ${reason}`),
    } satisfies ConnectionOptions);
    made.on('*', hear);
    made.subscribe(show);
    return made;
  }

  async function renew(): Promise<void> {
    say('refresh() brings a new token');
    server.answer = { kind: 'accept' };
  }

  function hear({ event, data }: Message): void {
    if (event === 'token') text.append(String(data));
    if (event === 'count') counts.take(Number(data));
    else counts.takeOther();
    show();
  }

  function show(): void {
    if (!connection) return;
    const { status, error, closeReason, retries, retryAt, lastEventId } = connection.state;
    badge.show(status);
    setText(why, error?.message ?? (closeReason === 'ended' ? 'The server has ended it.' : ''));
    const wait = retryAt === null ? '–' : `in ${duration(Math.max(0, retryAt - Date.now()))}`;
    facts.set(retries, wait, lastEventId || '–', ...counts.values);
  }

  /** Begins, or asks anew where the server writes an answer. */
  function begin(): void {
    end();
    text.textContent = '';
    counts = createCounts();
    connection = connect();
    unwatch = onMoment?.(connection.actor);
    show();
  }

  function end(): void {
    unwatch?.();
    connection?.close();
  }

  const acts: Record<string, () => void> = scenario.writes
    ? { Ask: begin, Close: () => connection?.close() }
    : connectionActs(() => connection);
  begin();
  parts.every(100, show);
  parts.onEnd(end);

  return html(
    'div',
    { class: 'user' },
    html('p', { class: 'head' }, badge.element, name ?? '', why),
    facts.element,
    scenario.writes ? text : '',
    parts.buttons(`The connection${name ? ` of ${name}` : ''}`, acts),
  );
}
