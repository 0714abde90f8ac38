import type { Scenario } from '../scenarios.ts';
import { accept, drop, message, refuse } from '../server.ts';
import type { Trial } from '../trial.ts';

const hears = (trial: Trial, value: number) => async () =>
  (await trial.heard()).some((one) => one.value === value);

/** The time that a client which comes back would need for a few requests more. */
const watch = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const comingBack: readonly Scenario[] = [
  {
    rows: ['error'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) =>
        length === 1 ? refuse(visit, 500) : accept(visit, message(1)),
      );
      await trial.open();
      const holds = await trial.until(hears(trial, 1));
      return { error: { holds, seen: `${visits.length} requests` } };
    },
  },
  {
    rows: ['dropped'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) => accept(visit, message(length, { id: true })));
      await trial.open();
      await trial.until(hears(trial, 1));
      for (const visit of visits) drop(visit);
      const holds = await trial.until(hears(trial, 2));
      return { dropped: { holds, seen: `${visits.length} requests` } };
    },
  },
  {
    rows: ['unnumbered'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) => accept(visit, message(length)));
      await trial.open();
      await trial.until(hears(trial, 1));
      for (const visit of visits) drop(visit);
      const holds = await trial.until(hears(trial, 2));
      return { unnumbered: { holds, seen: `${visits.length} requests` } };
    },
  },
  {
    rows: ['ended'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) => accept(visit, message(length, { id: true })));
      await trial.open();
      await trial.until(hears(trial, 1));
      for (const { answer } of visits) answer.end();
      const holds = await trial.until(hears(trial, 2));
      return { ended: { holds, seen: `${visits.length} requests` } };
    },
  },
  {
    rows: ['refused'],
    ownPort: true,
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) => accept(visit, message(length, { id: true })));
      await trial.open();
      await trial.until(hears(trial, 1));
      await trial.server.close();
      await watch(5_000);
      await trial.server.listen();
      const holds = await trial.until(hears(trial, 2));
      return { refused: { holds, seen: `${visits.length} requests that arrived` } };
    },
  },
  {
    rows: ['stops'],
    async run(trial) {
      const { visits } = trial.play((_, visit) => refuse(visit, visit.path.includes('401') ? 401 : 403));
      await trial.open({ url: `${trial.origin()}/events401` });
      await trial.open({ url: `${trial.origin()}/events403` });
      await trial.until(() => visits.length >= 2);
      await watch(8_000);
      return { stops: { holds: visits.length === 2, seen: `${visits.length} requests for two streams` } };
    },
  },
  {
    rows: ['verdicts'],
    async run(trial) {
      const passing = trial.play(({ length }, visit) =>
        length === 1 ? refuse(visit, 500) : accept(visit, message(1)),
      );
      const refusing = trial.play((_, visit) => refuse(visit, 403), 'refusing-');
      await trial.open();
      await trial.open({ url: `${trial.origin('refusing-')}/events` });
      const cameBack = await trial.until(hears(trial, 1));
      await watch(4_000);
      return {
        verdicts: {
          holds: cameBack && refusing.visits.length === 1,
          seen: `${passing.visits.length} requests around the 500, ${refusing.visits.length} at the 403`,
        },
      };
    },
  },
  {
    rows: ['retryAfter'],
    async run(trial) {
      const { visits } = trial.play(({ length }, visit) =>
        length === 1 ? refuse(visit, 503, { 'retry-after': '5' }) : accept(visit, message(1)),
      );
      await trial.open();
      await trial.until(() => visits.length > 1);
      const [first, second] = visits;
      if (!first || !second) return { retryAfter: { holds: false, seen: 'did not come back' } };
      const waited = second.at - first.at;
      // A timer may be a millisecond early.
      return { retryAfter: { holds: waited > 4_950, seen: `back after ${(waited / 1_000).toFixed(1)} s` } };
    },
  },
  {
    rows: ['silence'],
    async run(trial) {
      // An interval of silence that a server of tRPC tells its clients.
      const connected = trial.withOption ? { reconnectAfterInactivityMs: 2_000 } : {};
      const { visits } = trial.play(({ length }, visit) => accept(visit, message(length), connected));
      await trial.open();
      const holds = await trial.until(() => visits.length > 1);
      return { silence: { holds, seen: `${visits.length} requests` } };
    },
  },
];
