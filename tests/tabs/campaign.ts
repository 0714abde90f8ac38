import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, CDPSession, Page } from 'playwright';
import { drawFrom } from '../chaos/draw.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startOrigin } from './origin.ts';
import type { TabPage } from './page.ts';

/** The steps of a campaign, and how often each is drawn. */
export const stepWeights = {
  open: 3,
  close: 2,
  crash: 1,
  reload: 2,
  freeze: 2,
  thaw: 3,
  cache: 1,
  back: 2,
  show: 4,
  stall: 0.3,
  restart: 1,
  cut: 1,
  expire: 1,
  offline: 1,
  reconnect: 1,
  rest: 1,
} as const;

export type Step = keyof typeof stepWeights;

export interface CampaignOptions {
  readonly context: BrowserContext;
  readonly seed: number;
  readonly steps: number;
  readonly mostTabs?: number;
}

export interface CampaignReport {
  readonly steps: Partial<Record<Step, number>>;
  readonly complaints: readonly string[];
  readonly published: number;
  readonly delivered: number;
  readonly requests: number;
  /** The most requests that the steps allow. */
  readonly allowed: number;
  readonly log: readonly string[];
}

/** A tab, as the campaign knows it. */
interface Driven {
  readonly name: string;
  readonly page: Page;
  readonly session: CDPSession;
  /** `away`: frozen, or in the back/forward cache. */
  state: 'here' | 'frozen' | 'cached';
  /** The messages from before it was loaded anew. */
  before: string[];
}

/** How many requests more each step may cost: those of the tab that it touches, of one that takes over, and catching up. */
const costs: Record<Step, number> = {
  open: 2,
  close: 2,
  crash: 2,
  reload: 3,
  freeze: 2,
  thaw: 3,
  cache: 2,
  back: 3,
  show: 3,
  stall: 4,
  restart: 8,
  cut: 4,
  expire: 6,
  offline: 8,
  reconnect: 2,
  rest: 0,
};

/** Tabs of one browser, to which all happens that happens to tabs. */
export async function runTabsCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { context, seed, steps: wanted, mostTabs = 8 } = options;
  const draw = drawFrom(seededRandom(seed));
  await using origin = await startOrigin();
  const complaints: string[] = [];
  const log: string[] = [];
  const steps: Partial<Record<Step, number>> = {};
  const tabs = new Set<Driven>();
  let opened = 0;
  let delivered = 0;
  let allowed = 0;
  let isExpiring = false;

  const here = () => [...tabs].filter(({ state }) => state === 'here');
  const pick = (from: readonly Driven[]) => {
    const [first, ...rest] = from;
    return first && draw.pick([first, ...rest]);
  };

  async function open(): Promise<void> {
    opened += 1;
    const page = await context.newPage();
    const name = `tab ${opened}`;
    page.on('pageerror', ({ message }) => complaints.push(`${name} has an error: ${message}`));
    const session = await context.newCDPSession(page);
    const tab: Driven = { name, page, session, state: 'here', before: [] };
    tabs.add(tab);
    await load(tab, () => page.goto(origin.url));
  }

  async function load(tab: Driven, go: () => Promise<unknown>): Promise<void> {
    await go();
    await tab.page.evaluate(
      (token) => window.tab.open('/events', { retryDelay: 100, persist: 'cursor', yieldAfter: 1_000, token }),
      origin.tokens.valid,
    );
  }

  function drop(tab: Driven, received: readonly string[] | undefined): void {
    tabs.delete(tab);
    if (received) check(tab, received);
  }

  /** Every event once and in order. */
  function check({ name, before }: Driven, received: readonly string[]): void {
    // Before the first event there is no ID to resume after.
    const all = [...before, ...received];
    while (all[0] === 'gap: no-ids') all.shift();
    delivered += all.length;
    const from = origin.log.indexOf(all[0] ?? '');
    const wrong = all.findIndex((data, index) => data !== origin.log[from + index]);
    if (wrong < 0) return;
    complaints.push(`${name} got ${all.slice(Math.max(0, wrong - 3), wrong + 3).join(', ')}`);
  }

  const evaluate = <Value>({ page }: Driven, ask: (tab: TabPage) => Value): Promise<Value> =>
    page.evaluate(`(${ask})(window.tab)`) as Promise<Value>;

  /** Steps that have not happened yet are more likely. */
  function weightsNow(): Record<Step, number> {
    const entries = Object.entries(stepWeights) as [Step, number][];
    return Object.fromEntries(entries.map(([step, weight]) => [step, steps[step] ? weight : 4])) as Record<
      Step,
      number
    >;
  }

  const perform: Record<Step, () => Promise<string | undefined>> = {
    async open() {
      if (tabs.size >= mostTabs) return undefined;
      await open();
      return `tab ${opened}`;
    },
    async close() {
      const tab = tabs.size > 1 ? pick(here()) : undefined;
      if (!tab) return undefined;
      const received = await evaluate(tab, ({ received }) => received);
      await tab.page.close();
      drop(tab, received);
      return tab.name;
    },
    async crash() {
      const tab = tabs.size > 1 ? pick(here()) : undefined;
      if (!tab) return undefined;
      const received = await evaluate(tab, ({ received }) => received);
      const crashed = new Promise((resolve) => tab.page.once('crash', resolve));
      tab.session.send('Page.crash').catch(() => {});
      await crashed;
      drop(tab, received);
      await tab.page.close();
      return tab.name;
    },
    async reload() {
      const tab = pick(here());
      if (!tab) return undefined;
      // Messages that arrive after this look and before the page goes were delivered, and are not repeated.
      const before = await evaluate(tab, (one) => {
        one.close();
        return one.received;
      });
      tab.before = [...tab.before, ...before];
      await load(tab, () => tab.page.reload());
      return tab.name;
    },
    async freeze() {
      const tab = pick(here());
      if (!tab) return undefined;
      tab.state = 'frozen';
      await tab.session.send('Page.setWebLifecycleState', { state: 'frozen' });
      return tab.name;
    },
    async thaw() {
      const tab = pick([...tabs].filter(({ state }) => state === 'frozen'));
      if (!tab) return undefined;
      await tab.session.send('Page.setWebLifecycleState', { state: 'active' });
      tab.state = 'here';
      return tab.name;
    },
    async cache() {
      const tab = tabs.size > 1 ? pick(here()) : undefined;
      if (!tab) return undefined;
      await tab.page.goto(`${origin.url}elsewhere`);
      tab.state = 'cached';
      return tab.name;
    },
    async back() {
      const tab = pick([...tabs].filter(({ state }) => state === 'cached'));
      if (!tab) return undefined;
      await tab.page.goBack({ waitUntil: 'commit' });
      await tab.page.waitForFunction(() => 'tab' in window);
      tab.state = 'here';
      const isKept = await tab.page.evaluate(
        () => window.tab.state().status !== 'closed' || window.tab.received.length > 0,
      );
      if (isKept) return tab.name;
      // The browser has not kept the page.
      await load(tab, async () => {});
      return `${tab.name}, loaded anew`;
    },
    async show() {
      const tab = pick(here());
      await tab?.page.bringToFront();
      return tab?.name;
    },
    async stall() {
      const tab = pick(here());
      if (!tab) return undefined;
      void tab.page
        .evaluate(() => {
          const end = Date.now() + 10_000;
          while (Date.now() < end);
        })
        .catch(() => {});
      return tab.name;
    },
    async restart() {
      origin.isDown = true;
      origin.cut();
      await sleep(draw.whole(0, 600));
      origin.isDown = false;
      return '';
    },
    async cut() {
      origin.cut();
      return '';
    },
    async expire() {
      if (isExpiring) return undefined; // a second one in a row is final
      isExpiring = true;
      origin.tokens.valid = `token ${origin.tokens.count + 1} of ${seed}`;
      origin.cut();
      return '';
    },
    async offline() {
      await context.setOffline(true);
      origin.cut();
      await sleep(draw.whole(0, 600));
      await context.setOffline(false);
      return '';
    },
    async reconnect() {
      const tab = pick(here());
      if (!tab) return undefined;
      await evaluate(tab, (one) => one.reconnect());
      return tab.name;
    },
    async rest() {
      await sleep(draw.whole(0, 1_500));
      return '';
    },
  };

  /** Waits until every tab that can has all that was published. */
  async function calm(): Promise<void> {
    const end = Date.now() + 30_000;
    const last = origin.log.at(-1);
    for (const tab of here()) {
      while (true) {
        const [got, state] = await tab.page.evaluate(
          () => [window.tab.received.at(-1), window.tab.state()] as const,
        );
        // A tab that has only ever heard that there are no IDs has no place in the log yet.
        const newest = got ?? tab.before.at(-1);
        const has = newest === 'gap: no-ids' ? undefined : newest;
        if (state.status === 'open' && (has === last || has === undefined)) break;
        if (Date.now() > end) {
          complaints.push(`${tab.name} is ${JSON.stringify(state)} and has ${has}, not ${last}`);
          break;
        }
        await sleep(20);
      }
    }
    isExpiring = false;
    // While tabs catch up, and until the server hears that a stream was dropped, there are more.
    for (const end = Date.now() + 60_000; origin.streams.size > 1; await sleep(50)) {
      if (Date.now() < end) continue;
      complaints.push(`${origin.streams.size} streams are open`);
      break;
    }
  }

  for (let index = 0; index < 2; index += 1) await open();
  allowed += 4;
  await calm();
  origin.publish();
  await calm();
  let taken = 0;
  while (taken < wanted && complaints.length === 0) {
    const step = draw.weighted(weightsNow());
    if (draw.chance(0.5)) origin.publish();
    const note = await perform[step]();
    if (note === undefined) continue;
    taken += 1;
    steps[step] = (steps[step] ?? 0) + 1;
    allowed += costs[step];
    log.push(`${taken}. ${step} ${note}: ${origin.requests.length} requests`);
    for (let more = draw.whole(0, 3); more > 0; more -= 1) {
      origin.publish();
      if (draw.chance(0.5)) await sleep(draw.whole(0, 60));
    }
    if (step === 'stall' || draw.chance(0.5)) await calm();
  }
  const gone = (state: Driven['state']) => [...tabs].some((tab) => tab.state === state);
  while (gone('frozen')) await perform.thaw();
  while (gone('cached')) await perform.back();
  origin.publish();
  await calm();
  for (const tab of [...tabs]) {
    drop(tab, await evaluate(tab, ({ received }) => received));
    await tab.page.close();
  }
  const requests = origin.requests.length;
  if (requests > allowed) complaints.push(`${requests} requests were made, where ${allowed} are allowed`);
  return { steps, complaints, published: origin.log.length, delivered, requests, allowed, log };
}

/** The figures of a campaign, in a line. */
export function tabsSummaryOf({ steps, published, delivered, requests, allowed }: CampaignReport): string {
  const kinds = Object.entries(steps).map(([step, count]) => `${count} × ${step}`);
  return `${kinds.join(', ')}: ${published} events published, ${delivered} delivered, ${requests} of ${allowed} requests`;
}
