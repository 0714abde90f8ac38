import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright';
import type { Setup } from './client.ts';
import type { PeerName } from './peers.ts';
import type { Row } from './rows.ts';
import { type Play, type Server, startServer, type Visit } from './server.ts';

/** A client in a page of its own, at an address of its own, at which a scenario plays. */
export interface Trial {
  readonly peer: PeerName;
  readonly row: Row;
  readonly withOption: boolean;
  readonly page: Page;
  /** Of the page; with a prefix, another one. No other trial has it. */
  origin(prefix?: string): string;
  /** Begins to play at the address, or at another one of its own. */
  play(
    play: Play,
    prefix?: string,
  ): { readonly visits: readonly Visit[]; readonly preflights: readonly string[] };
  open(setup?: Partial<Setup>, page?: Page): Promise<void>;
  heard(page?: Page): Promise<readonly { readonly event: string; readonly value: number }[]>;
  told(): Promise<readonly string[]>;
  /** Waits until it is so, and for as long as patience lasts. */
  until(isSo: () => boolean | Promise<boolean>, patience?: number): Promise<boolean>;
  /** Another page of the same address. */
  newPage(): Promise<Page>;
  /** The one that plays; where the scenario asked for a port of its own, it can be closed. */
  readonly server: Server;
  /** The address of the module of the client for Node. */
  readonly scriptForNode: string;
}

export interface Tools {
  readonly context: BrowserContext;
  readonly server: Server;
  readonly files: ReadonlyMap<string, string>;
  /** Where scripts for Node can be. */
  readonly folder: string;
}

/** Of the longest first wait that is known, 3 s, with a second one, and room for a busy machine. */
const patience = 12_000;

let count = 0;

/** Makes a page for a trial, and calls `run` with it. */
export async function inTrial<Result>(
  { peer, row, withOption }: Pick<Trial, 'peer' | 'row' | 'withOption'>,
  { context, server, files, folder }: Tools,
  run: (trial: Trial) => Promise<Result>,
  { script = peer, ownPort = false }: { readonly script?: string; readonly ownPort?: boolean } = {},
): Promise<Result> {
  count += 1;
  const name = `t${count}`;
  await using resources = new AsyncDisposableStack();
  const own = ownPort ? resources.use(await startServer(files)) : server;
  const originOf = (prefix = '') => `http://${prefix}${name}.localhost:${own.port}`;

  async function newPage(): Promise<Page> {
    const page = await context.newPage();
    resources.defer(() => page.close());
    await page.goto(`${originOf()}/${script}`);
    await page.waitForFunction(() => 'tried' in globalThis);
    return page;
  }

  const page = await newPage();
  return await run({
    peer,
    row,
    withOption,
    page,
    origin: originOf,
    play: (play, prefix = '') => own.play(`${prefix}${name}`, play),
    open: (setup = {}, where = page) =>
      where.evaluate((all) => globalThis.tried.open(all), {
        url: `${originOf()}/events`,
        row,
        withOption,
        ...setup,
      }),
    heard: (where = page) => where.evaluate(() => globalThis.tried.heard),
    told: () => page.evaluate(() => globalThis.tried.told),
    async until(isSo, limit = patience) {
      const end = performance.now() + limit;
      while (!(await isSo())) {
        if (performance.now() > end) return false;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      return true;
    },
    newPage,
    server: own,
    scriptForNode: pathToFileURL(join(folder, `${peer}.mjs`)).href,
  });
}
