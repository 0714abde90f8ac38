import { createChart } from '../chart.ts';
import { createPageServer } from '../page-server.ts';
import { startDemo } from '../parts.ts';
import { isScenario, scenarios } from '../scenarios.ts';
import { count, serverActs } from '../server-acts.ts';
import { createUser } from '../user.ts';

/** The words that the server writes in its answer, one token each. */
const answer =
  'A stream that breaks is carried on by a GET with the last event ID, so that no token is lost and none comes twice.'.split(
    ' ',
  );

/** A connection, its statechart, and a server that the reader breaks. */
export function createDemo(root: ShadowRoot, name: string): () => void {
  if (!isScenario(name)) throw new RangeError(`There is no scenario '${name}'.`);
  const scenario = scenarios[name];
  const { title, hint, faults, writes, users: wanted } = scenario;

  return startDemo(root, (parts) => {
    const { html, say, log, later } = parts;
    const chart = createChart(parts);
    const server = createPageServer(say, ({ method }, given) => {
      if (writes && method === 'POST' && given.kind === 'accept') write();
    });

    /** Writes an answer from its first token on, whoever listens. */
    function write(index = 0): void {
      const token = answer[index];
      if (token === undefined) server.send('done', '');
      else server.send('token', index === 0 ? token : ` ${token}`);
      if (token !== undefined) later(250, () => write(index + 1));
    }

    if (!writes) count(parts, server);

    const users = Array.from({ length: wanted ?? 1 }, (_, index) =>
      createUser(parts, {
        server,
        scenario,
        name: wanted ? `Component ${index + 1}` : undefined,
        onMoment: index === 0 ? chart.show : undefined,
      }),
    );
    parts.show(
      title,
      hint,
      parts.buttons('The server', serverActs(parts, server, faults)),
      html('div', { class: 'users' }, ...users),
      html('div', { class: 'below' }, chart.element, log),
    );
  });
}
