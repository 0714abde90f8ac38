import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { Miniflare } from 'miniflare';
import type { Report } from '../conformance.ts';
import { type App, givenFor, type NotPossible, type Target } from './target.ts';

const link = 'https://developers.cloudflare.com/workers/configuration/compatibility-flags/';

const withoutThis: NotPossible = {
  name: 'EventSource, eventsource-onopen: open is plain, in state OPEN, with the source as `this`',
  reason:
    'workerd calls what an `on…` property holds by itself, without a `this`. Use `event.currentTarget`.',
};

/** At a compatibility date before its `EventTarget` and its `RequestInit` were as the standard has them. */
const oldDate: readonly NotPossible[] = [
  {
    name: 'EventSource, eventsource-eventtarget: addEventListener gets it too, with the source as `this`',
    reason:
      'Before its flag `set_event_target_this`, workerd calls listeners with another `this`. Use `event.currentTarget`.',
    link,
  },
  {
    name: 'EventSource, request-cache-control: Cache-Control is no-cache, both times, and causes no preflight',
    reason: 'Before its flag `cache_option_enabled`, workerd refuses `cache`; it is left out.',
    link,
  },
];

export const workers: readonly Target[] = [
  worker('workerd', 'workerd', '2026-07-30', [withoutThis], true),
  worker('workerd-2024', 'workerd at the date 2024-01-01', '2024-01-01', [withoutThis, ...oldDate]),
];

function worker(
  id: string,
  name: string,
  compatibilityDate: string,
  notPossible: readonly NotPossible[],
  isQuick = false,
): Target {
  return {
    id,
    name,
    isQuick,
    notPossible,
    async run(app, isShort = false) {
      const reports = [];
      for (const from of [imports, requires].slice(0, isShort ? 1 : 2)) {
        const script = bundle(app, from);
        const miniflare = new Miniflare({ modules: true, script, compatibilityDate });
        try {
          const body = givenFor(app, notPossible);
          const answer = await miniflare.dispatchFetch('http://worker/', { method: 'POST', body });
          if (!answer.ok) throw new Error(await answer.text());
          reports.push((await answer.json()) as Report);
        } finally {
          await miniflare.dispose();
        }
      }
      const { version } = createRequire(import.meta.url)('workerd/package.json');
      return { version, reports };
    },
  };
}

/** As wrangler does it: there is no `require()` at run time. */
function bundle({ folder }: App, code: string): string {
  writeFileSync(join(folder, 'worker.mjs'), code + answer);
  const outfile = join(folder, 'worker-built.mjs');
  const conditions = ['workerd', 'worker', 'browser'];
  buildSync({ entryPoints: [join(folder, 'worker.mjs')], bundle: true, format: 'esm', conditions, outfile });
  return readFileSync(outfile, 'utf8');
}

const imports = `
  import * as core from 'sse-machine';
  import { EventSource } from 'sse-machine/event-source';
  import { conform } from './conformance.mjs';
`;

const requires = `
  import { conform } from './conformance.mjs';
  const core = require('sse-machine');
  const { EventSource } = require('sse-machine/event-source');
`;

const answer = `
  export default {
    async fetch(request) {
      const given = await request.json();
      return Response.json(await conform({ core, EventSource, ask: (...words) => fetch(...words), ...given }));
    },
  };
`;
