import { type Connection, type ConnectionOptions, createConnection, type Message } from '../../index.ts';
import { type Dom, setAttribute, setText } from '../../visualizations/viewer/panes/dom.ts';
import { duration } from '../../visualizations/viewer/text/format.ts';
import { statusWords } from '../../visualizations/viewer/text/labels.ts';
import type { PageServer } from './page-server.ts';
import type { Scenario } from './scenarios.ts';

/** Somebody who uses the connection: its badge, its numbers and its buttons. */
export interface User {
  readonly element: HTMLElement;
  end(): void;
}

interface UserOptions {
  readonly dom: Dom;
  readonly server: PageServer;
  readonly scenario: Scenario;
  readonly name: string | undefined;
  readonly say: (words: string) => void;
  /** Is given the actor whose chart is shown. */
  readonly onMoment: ((actor: Connection['actor']) => () => void) | undefined;
}

export function createUser({ dom, server, scenario, name, say, onMoment }: UserOptions): User {
  const { html, view } = dom;
  const badge = html('strong', { class: 'badge', role: 'status', 'aria-label': 'Status' });
  const why = html('p', { class: 'why' });
  const text = html('p', { class: 'text' });
  const facts = html('dl');
  const values = new Map(
    ['Retries', 'Next attempt', 'Last event ID', 'Received', 'Missed', 'Twice'].map((term) => {
      const value = html('dd');
      facts.append(html('div', {}, html('dt', {}, term), value));
      return [term, value];
    }),
  );
  const commands = html('div', {
    class: 'buttons',
    role: 'group',
    'aria-label': `The connection${name ? ` of ${name}` : ''}`,
  });
  const element = html(
    'div',
    { class: 'user' },
    html('p', { class: 'head' }, badge, name ?? ''),
    why,
    facts,
    scenario.writes ? text : '',
    commands,
  );

  let counts = { received: 0, missed: 0, twice: 0, last: 0 };
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
    if (event === 'count') {
      const number = Number(data);
      const isNew = number > counts.last;
      counts = {
        received: counts.received + 1,
        missed: counts.missed + (isNew && counts.last > 0 ? number - counts.last - 1 : 0),
        twice: counts.twice + (isNew ? 0 : 1),
        last: Math.max(counts.last, number),
      };
    } else counts = { ...counts, received: counts.received + 1 };
    show();
  }

  function show(): void {
    if (!connection) return;
    const { status, error, closeReason, retries, retryAt, lastEventId } = connection.state;
    setText(badge, statusWords[status]);
    setAttribute(badge, 'data-status', status);
    setText(why, error?.message ?? (closeReason === 'ended' ? 'The server has ended it.' : ''));
    const wait = retryAt === null ? '–' : `in ${duration(Math.max(0, retryAt - Date.now()))}`;
    const { received, missed, twice } = counts;
    const shown = [retries, wait, lastEventId || '–', received, missed, twice];
    for (const [index, value] of [...values.values()].entries()) setText(value, String(shown[index]));
  }

  /** Begins, or asks anew where the server writes an answer. */
  function begin(): void {
    end();
    text.textContent = '';
    connection = connect();
    unwatch = onMoment?.(connection.actor);
    show();
  }

  function end(): void {
    unwatch?.();
    connection?.close();
  }

  const acts = scenario.writes
    ? { Ask: begin, Close: () => connection?.close() }
    : {
        Open: () => connection?.open(),
        Close: () => connection?.close(),
        Reconnect: () => connection?.reconnect(),
      };
  for (const [label, act] of Object.entries(acts)) {
    const button = html('button', { type: 'button' }, label);
    button.addEventListener('click', act);
    commands.append(button);
  }
  begin();
  const moving = view.setInterval(show, 100);

  return {
    element,
    end() {
      view.clearInterval(moving);
      end();
    },
  };
}
