import type { Scenario } from '../scenarios.ts';
import { accept, drop, message, type Visit } from '../server.ts';

const numbered = (...values: number[]) => values.map((value) => message(value, { id: true })).join('');

/** In the header, or in the query, where clients that cannot set headers have it. */
function lastEventIdOf(visit: Visit | undefined): string | undefined {
  const inQuery = /lastEventId(?:=|%22%3A%22)(\d+)/.exec(visit?.path ?? '')?.[1];
  return visit?.headers['last-event-id']?.toString() ?? inQuery;
}

export const resuming: readonly Scenario[] = [
  {
    rows: ['lastEventId', 'replays'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) =>
        accept(visit, length === 1 ? numbered(1, 2, 3) : numbered(2, 3, 4)),
      );
      const values = async () => (await trial.heard()).map(({ value }) => value);
      await trial.open();
      await trial.until(async () => (await values()).includes(3));
      for (const visit of visits) drop(visit);
      await trial.until(async () => (await values()).includes(4));
      const id = lastEventIdOf(visits[1]);
      const heard = (await values()).join(' ');
      return {
        lastEventId: { holds: id === '3', seen: id ? `ID ${id}` : 'no ID' },
        replays: { holds: heard === '1 2 3 4', seen: `heard ${heard}` },
      };
    },
  },
  {
    rows: ['preflight'],
    async run(trial) {
      const { visits, preflights } = trial.play(
        ({ length }, visit) => accept(visit, numbered(length)),
        'other-',
      );
      await trial.open({ url: `${trial.origin('other-')}/events` });
      await trial.until(async () => (await trial.heard()).length > 0);
      for (const visit of visits) drop(visit);
      await trial.until(() => visits.length > 1);
      const id = lastEventIdOf(visits[1]);
      return {
        preflight: {
          holds: id === '1' && preflights.length === 0,
          seen: `${id ? `ID ${id}` : 'no ID'}, ${preflights.length} preflights`,
        },
      };
    },
  },
  {
    rows: ['postOnce', 'post'],
    async run(trial) {
      const { visits } = trial.play((_, visit) => accept(visit, message(1)));
      await trial.open({ body: 'question' });
      await trial.until(async () => (await trial.heard()).length > 0);
      const posts = () => visits.filter(({ method, body }) => method === 'POST' && body.includes('question'));
      const post = { holds: posts().length > 0, seen: visits[0]?.method ?? 'no request' };
      if (!post.holds) return { post };
      for (const visit of visits) drop(visit);
      await trial.until(() => visits.length > 1);
      const { length } = posts();
      return { post, postOnce: { holds: length === 1, seen: `${length} POSTs` } };
    },
  },
  {
    rows: ['tabs'],
    async run(trial) {
      const { visits } = trial.play((_, visit) => accept(visit));
      const other = await trial.newPage();
      await trial.open();
      await trial.until(() => visits.length > 0);
      await trial.open({}, other);
      const hearsAll = async () => (await trial.heard()).length > 0 && (await trial.heard(other)).length > 0;
      let value = 0;
      const holds = await trial.until(async () => {
        value += 1;
        for (const { answer } of visits) answer.write(message(value, { id: true }));
        return hearsAll();
      });
      const streams = visits.filter(({ answer }) => !answer.destroyed).length;
      return { tabs: { holds: holds && streams === 1, seen: `${streams} streams for two tabs` } };
    },
  },
  {
    rows: ['strictMode'],
    script: 'strict',
    async run(trial) {
      const { visits } = trial.play((_, visit) => accept(visit, message(1)));
      await trial.open();
      await trial.until(async () => (await trial.heard()).length > 0);
      await trial.until(() => visits.length > 1, 2_000);
      return { strictMode: { holds: visits.length === 1, seen: `${visits.length} requests` } };
    },
  },
];
