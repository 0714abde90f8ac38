import { type Connection, type ConnectionOptions, createConnection } from '../../../index.ts';
import { explanations } from '../../../transports/explain.ts';
import { setText } from '../../../visualizations/viewer/panes/dom.ts';
import { type Answer, createFetchServer } from '../page-server.ts';
import { startDemo } from '../parts.ts';

/** A way in which a stream does not come. */
interface Trouble {
  /** A section of the page. */
  readonly section: keyof typeof explanations;
  readonly answer?: Answer;
  /** No request comes through, as when a browser forbids it. */
  readonly isUnreachable?: boolean;
  readonly options?: ConnectionOptions;
  /** How many connections are open beforehand. */
  readonly others?: number;
}

/** Short, so that nobody has to wait for a minute. */
const limits = { connectTimeout: 2_000, idleTimeout: 2_000, retryDelay: 500 } as const;

const troubles: Readonly<Record<string, Trouble>> = {
  'Send no headers': { section: 'no-headers', answer: { kind: 'stall' } },
  'Open six others before': { section: 'six-connections', answer: { kind: 'stall' }, others: 6 },
  'Refuse the preflight': {
    section: 'preflight',
    isUnreachable: true,
    options: { lastEventId: '41', maxRetries: 3 },
  },
  'Refuse by CORS': {
    section: 'cors',
    isUnreachable: true,
    options: { lastEventIdHeader: false, lastEventIdParam: 'lastEventId', maxRetries: 3 },
  },
  'Answer with a page': { section: 'content-type', answer: { kind: 'refuse', status: 200 } },
  'Fall silent': { section: 'idle' },
};

/** The sentence that a connection gives for each cause, while an app is developed. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html, say, log } = parts;
    const badge = parts.badge();
    const message = html('p', { class: 'text', role: 'status', 'aria-label': 'state.error.message' });
    const more = html('p', { class: 'why' });
    let connections: readonly Connection[] = [];
    let chosen: Trouble | undefined;

    function suffer(trouble: Trouble): void {
      const { section, answer, isUnreachable, options, others = 0 } = trouble;
      chosen = trouble;
      for (const connection of connections) connection.close();
      const server = createFetchServer(say);
      const fetch = isUnreachable ? unreachable : server.fetch;
      const connect = (limited: ConnectionOptions) =>
        createConnection('https://api.example.com/events', { fetch, ...limited, ...options });
      connections = Array.from({ length: others }, () => connect({}));
      parts.later(others ? 300 : 0, () => {
        if (chosen !== trouble) return;
        if (answer) server.answer = answer;
        connections = [connect(limits), ...connections];
        show();
      });
      const words = explanations[section].replace('{count}', String(others));
      more.replaceChildren(
        `The console: ${words}. More: `,
        html('a', { href: `#${section}` }, section.replaceAll('-', ' ')),
      );
    }

    /** As a browser tells of a preflight or an origin that is refused: it says no more than this. */
    async function unreachable(): Promise<Response> {
      say('fetch rejects: Failed to fetch');
      throw new TypeError('Failed to fetch');
    }

    function show(): void {
      const [connection] = connections;
      if (!connection) return;
      const { status, error } = connection.state;
      badge.show(status);
      setText(message, error?.message ?? '');
    }

    const acts = Object.entries(troubles).map(([label, trouble]) => [label, () => suffer(trouble)]);
    parts.every(100, show);
    parts.onEnd(() => {
      for (const connection of connections) connection.close();
    });
    parts.show(
      'What a connection says of its trouble',
      'Choose a trouble. Below is what `state.error.message` says while you develop, and what the console says once for each cause. The limits are 2 s here.',
      parts.buttons('The server', Object.fromEntries(acts)),
      html('div', { class: 'user' }, html('p', { class: 'head' }, badge.element), message, more),
      log,
    );
    suffer({ section: 'idle', options: { idleTimeout: 0 } });
    more.replaceChildren();
  });
}
