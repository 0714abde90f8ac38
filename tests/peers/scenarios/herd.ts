import type { Scenario, Seen } from '../scenarios.ts';
import { accept, drop, message } from '../server.ts';
import { TooBusy } from '../too-busy.ts';
import type { Trial } from '../trial.ts';

const size = 30;
const seconds = 1_000;
/** In ms: a few of these leave most of the clients that come at once in the same 100 ms. */
const allowedLag = 150;

/** A deploy: all streams are dropped at once, and whoever comes in the next 12 seconds is dropped as well. */
export const herd: readonly Scenario[] = [
  {
    rows: ['spread', 'growing'],
    isTimed: true,
    async run(trial) {
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        const waits = await waitsOf(trial, `r${attempt}-`);
        if (waits) return judge(waits);
      }
      throw new TooBusy();
    },
  },
];

/** The waits of each client, in ms. Undefined where the machine was so busy that it spread the clients itself. */
async function waitsOf(trial: Trial, run: string): Promise<number[][] | undefined> {
  await trial.page.reload();
  await trial.page.waitForFunction(() => 'tried' in globalThis);
  let droppedAt = Number.POSITIVE_INFINITY;
  // A browser has six connections for an address of HTTP/1.1.
  const stand = (name: string) =>
    trial.play(
      (_, visit) => (performance.now() < droppedAt ? accept(visit, message(1, { id: true })) : drop(visit)),
      `${name}-${run}`,
    );
  const clients = Array.from({ length: size }, (_, index) => stand(`c${index}`));
  const controls = Array.from({ length: 5 }, (_, index) => stand(`control${index}`));
  await trial.page.evaluate(
    control,
    controls.map((_, index) => trial.origin(`control${index}-${run}`)),
  );
  for (const index of clients.keys()) await trial.open({ url: `${trial.origin(`c${index}-${run}`)}/events` });
  const all = [...clients, ...controls];
  await trial.until(() => all.every(({ visits }) => visits.length === 1));
  await trial.until(() => false, 0.5 * seconds);

  droppedAt = performance.now();
  for (const { visits } of all) for (const visit of visits) drop(visit);
  const times = (visits: (typeof all)[number]['visits']) =>
    visits.map(({ at }) => at - droppedAt).filter((at) => at > 0);
  await trial.until(() => false, 4 * seconds);
  const back = clients.flatMap(({ visits }) => times(visits)[0] ?? []);
  if (controls.some(({ visits }) => isLate(times(visits), Math.min(...back), Math.max(...back))))
    return undefined;
  await trial.until(() => false, 8 * seconds);
  return clients.map(({ visits }) => gaps([0, ...times(visits)]));
}

/** Controls are back at once, and then every 250 ms: whether one of them was not, while the clients came back. */
function isLate(
  [first = Number.POSITIVE_INFINITY, ...others]: readonly number[],
  from: number,
  to: number,
): boolean {
  return (
    first > allowedLag ||
    others.some((at, index) => {
      const before = others[index - 1] ?? first;
      return at - before > 250 + allowedLag && before < to && at > from;
    })
  );
}

/** Reads streams by `fetch`, and asks again as soon as one breaks, then every 250 ms. Runs in the page. */
function control(origins: readonly string[]): void {
  for (const origin of origins) {
    const ask = () => fetch(`${origin}/control`, { cache: 'no-store' }).then((response) => response.text());
    const askAgain = () => {
      ask().catch(() => undefined);
      setTimeout(askAgain, 250);
    };
    ask().catch(askAgain);
  }
}

function judge(waits: readonly (readonly number[])[]): { readonly spread: Seen; readonly growing: Seen } {
  const first = waits.flatMap(([wait]) => wait ?? []);
  const within = (from: number) => first.filter((wait) => wait >= from && wait < from + 100).length;
  const busiest = Math.max(0, ...first.map(within));
  const means = [0, 1, 2].map((index) => mean(waits.flatMap((all) => all[index] ?? [])));
  const [shortest = 0, , longest = 0] = means;
  const told = means.filter(Boolean).map((ms) => (ms / seconds).toFixed(1));
  return {
    spread: {
      holds: first.length === size && busiest <= size / 2,
      seen: `${first.length} of ${size} came back, ${busiest} within the same 100 ms`,
      ...(first.length === size && { figure: String(busiest) }),
    },
    growing: { holds: longest > 1.5 * shortest, seen: `mean waits of ${told.join(', ') || 'none'} s` },
  };
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
