import { createConnection } from '../../../index.ts';
import { createScriptedTransport, createTestClock } from '../../../testing/index.ts';
import { setText } from '../../../visualizations/viewer/panes/dom.ts';
import { duration } from '../../../visualizations/viewer/text/format.ts';
import { createChart } from '../chart.ts';
import { startDemo } from '../parts.ts';

const beginning = [
  'const clock = createTestClock();',
  'const server = createScriptedTransport();',
  "const connection = createConnection('/api/events', { clock, transport: server.transport });",
];

/** The reader plays the server and the clock, and what was played is a test. */
export function createDemo(root: ShadowRoot): () => void {
  return startDemo(root, (parts) => {
    const { html } = parts;
    const chart = createChart(parts);
    const badge = parts.badge();
    const code = html('code');
    const pre = html('pre', { class: 'code', tabindex: 0, role: 'region', 'aria-label': 'The test' }, code);
    const facts = parts.facts('Clock', 'Retries', 'Next attempt', 'Last event ID', 'Requests');
    const trouble = html('p', { class: 'why', role: 'status' });
    let stage = begin();

    function begin() {
      const server = createScriptedTransport({ patience: 20 });
      const clock = createTestClock();
      const connection = createConnection('/api/events', { clock, transport: server.transport });
      const began = clock.now();
      code.textContent = beginning.join('\n');
      const unwatch = chart.show(connection.actor);
      return {
        server,
        clock,
        connection,
        now: () => clock.now() - began,
        end() {
          unwatch();
          connection.close();
        },
      };
    }

    /** Does what a line of a test does, and adds the line, with what the connection has come to. */
    async function play(line: string, act: (stage: ReturnType<typeof begin>) => unknown): Promise<void> {
      const { connection } = stage;
      const before = told();
      try {
        await act(stage);
        setText(trouble, '');
      } catch (error) {
        setText(trouble, error instanceof Error ? error.message : String(error));
        return;
      }
      const changes = told().filter((fact, index) => fact !== before[index]);
      code.append(`\n${line}`);
      if (changes.length > 0)
        code.append(`\nexpect(connection.state).toMatchObject({ ${changes.join(', ')} });`);
      pre.scrollTop = pre.scrollHeight;
      show();

      function told(): string[] {
        const { status, retries, lastEventId } = connection.state;
        return [`status: '${status}'`, `retries: ${retries}`, `lastEventId: '${lastEventId}'`];
      }
    }

    function show(): void {
      const { status, retries, retryAt, lastEventId } = stage.connection.state;
      badge.show(status);
      const wait = retryAt === null ? '–' : `in ${duration(retryAt - stage.clock.now())}`;
      facts.set(duration(stage.now()), retries, wait, lastEventId || '–', stage.server.requests.length);
    }

    parts.onEnd(() => stage.end());
    parts.show(
      'You are the server and the clock',
      'Nothing happens unless you make it happen. What you press is written down as a test: accept, send, drop, then move the clock.',
      parts.buttons('The server', {
        'accept()': () => void play('await server.accept();', ({ server }) => server.accept()),
        'send()': () =>
          void play("await server.send({ data: 'Hello' });", ({ server }) => server.send({ data: 'Hello' })),
        'drop()': () => void play('await server.drop();', ({ server }) => server.drop()),
        'refuse(503)': () => void play('await server.refuse(503);', ({ server }) => server.refuse(503)),
        'refuse(401)': () => void play('await server.refuse(401);', ({ server }) => server.refuse(401)),
      }),
      parts.buttons('The clock', {
        'advanceToNext()': () => void play('clock.advanceToNext();', ({ clock }) => clock.advanceToNext()),
        'advance(100)': () => void play('clock.advance(100);', ({ clock }) => clock.advance(100)),
        'Begin anew': () => {
          stage.end();
          stage = begin();
          setText(trouble, '');
          show();
        },
      }),
      html(
        'div',
        { class: 'user' },
        html('p', { class: 'head' }, badge.element),
        facts.element,
        trouble,
        pre,
      ),
      html('div', { class: 'below' }, chart.element),
    );
    show();
  });
}
