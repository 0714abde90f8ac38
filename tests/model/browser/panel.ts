import type { ConnectionView } from '../../../adapters/view.ts';
import type { ConnectionStatus } from '../../../machines/connection.ts';
import type { TestClock } from '../../../testing/clock.ts';
import type { PathEvent } from '../../../testing/paths/events.ts';
import { engine } from '../../support/browsers/engine.ts';
import type { Shown } from '../watch-connection.ts';
import type { Mounted } from './scene.ts';

const labels: Record<ConnectionStatus, string> = {
  connecting: 'Connecting …',
  open: 'Live',
  backoff: 'Reconnecting …',
  failed: 'Disconnected',
  closed: 'Off',
};

/** The lines of a panel about a connection: each label with its text. */
export function linesOf(view: ConnectionView, messages: string): Record<string, string> {
  const { status, retries, error, retryAt, lastEventId, openedAt, closeReason } = view;
  return {
    Status: labels[status],
    Retries: String(retries),
    Problem: error?.kind ?? 'none',
    'Next retry at': retryAt === null ? 'none' : String(retryAt),
    'Last event': lastEventId,
    'Open since': openedAt === null ? 'never' : String(openedAt),
    'Closed by': closeReason ?? 'nobody',
    Messages: messages,
  };
}

/** Reads what a person sees on a panel, and presses its buttons. */
export function readPanel(host: HTMLElement, clock: TestClock): Pick<Mounted, 'app' | 'look'> {
  const press = (name: string) => () => {
    const button = [...host.querySelectorAll('button')].find(({ innerText }) => innerText === name);
    if (!button) throw new Error(`There is no button "${name}".`);
    button.click();
  };
  return {
    app: {
      open: press('open'),
      close: press('close'),
      reconnect: press('reconnect'),
      leave: press('leave'),
      return: press('return'),
      move: press('move'),
    },
    look(): Shown {
      const lines = Object.fromEntries(host.innerText.split('\n').map((line) => line.split(': ')));
      const [status = 'closed'] = Object.entries(labels).find(([, label]) => label === lines['Status']) ?? [];
      const orNull = (text: string | undefined, nothing: string) => (text === nothing ? null : text);
      const retryAt = orNull(lines['Next retry at'], 'none');
      const openedAt = orNull(lines['Open since'], 'never');
      return {
        status: status as Shown['status'],
        retries: Number(lines['Retries']),
        errorKind: orNull(lines['Problem'], 'none') as Shown['errorKind'],
        retryIn: retryAt === null ? null : Number(retryAt) - clock.now(),
        lastEventId: lines['Last event'] ?? '',
        closeReason: orNull(lines['Closed by'], 'nobody') as Shown['closeReason'],
        openFor: openedAt === null ? null : clock.now() - Number(openedAt),
        messages: lines['Messages'] ?? '',
      };
    },
  };
}

/** The events that cannot happen to a component. */
export const unknownToHooks: readonly PathEvent[] = [
  'relocate',
  'revive',
  // WebKit hands over in pieces what a server sends at once, so that some of it is kept in mind.
  ...(engine === 'webkit' ? (['flood'] as const) : []),
];

/** Transitions and answers of guards that are out of reach because the hooks act by themselves, by the reason. */
export const outOfReachOfHooks = {
  'a component opens its connection once it is mounted': [
    'closed.inactive: always [isImmediate] → live',
    'isImmediate says yes',
  ],
  'the hooks make another connection for another resource': [
    'live: request.moved',
    'live.open.replacing: request.moved → live.connecting',
  ],
  'the hooks never start an actor twice': [
    'live: transport.restarted [mayRepeat] → live',
    'live: transport.restarted → failed',
  ],
  ...(engine === 'webkit' && {
    'WebKit hands over in pieces what a server sends at once': [
      'live.open.replacing: stream.overran → live.connecting',
    ],
  }),
};

/** Where the stream is, as a component has it: without a URL when it is to go away, and with another query. */
export function addressOf(url: string, { isAway, moves }: Whereabouts): string | null {
  return isAway ? null : `${url}?move=${moves}`;
}

/** The URL of a component: whether it is gone, and how often it has moved. */
export interface Whereabouts {
  readonly isAway: boolean;
  readonly moves: number;
}
