import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../../support/launch-chromium.ts';
import { startSite } from '../../support/site.ts';
import type { Report } from '../conformance.ts';
import { type App, givenFor, type NotPossible, type Target } from './target.ts';

const silent: readonly NotPossible[] = [
  {
    name: 'redirects in a circle are final',
    reason:
      'A browser does not tell them from a network that is lost: they are retried until the budget is used up.',
    link: 'https://fetch.spec.whatwg.org/#http-redirect-fetch',
  },
];

/** The kinds of script that a browser runs. Of the six sockets that an origin has, one is for the questions of the cases. */
export const scripts: readonly Target[] = [
  script('chromium-page', 'Chromium, a page', 'page'),
  script('chromium-worker', 'Chromium, a Web Worker', 'worker'),
  script('chromium-shared-worker', 'Chromium, a SharedWorker', 'shared worker'),
  script('chromium-service-worker', 'Chromium, a service worker', 'service worker'),
];

type Place = 'page' | 'worker' | 'shared worker' | 'service worker';

function script(id: string, name: string, place: Place): Target {
  return {
    id,
    name,
    notPossible: silent,
    async run(app) {
      await using site = await startSite({
        script: writeScript(app),
        pages: { '/': '<!doctype html><script type="module" src="/page.js"></script>' },
      });
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        await page.goto(site.origin);
        const given = givenFor(app, silent, 5);
        const report = await page.evaluate(conformIn, { place, given });
        return { version: browser.version(), reports: [report as Report] };
      } finally {
        await browser.close();
      }
    },
  };
}

/** One script for the page and for each kind of worker. */
function writeScript({ folder }: App): URL {
  const file = join(folder, 'browser.mjs');
  writeFileSync(
    file,
    `
      import * as core from 'sse-machine';
      import { EventSource } from 'sse-machine/event-source';
      import { conform } from './conformance.mjs';

      const tell = (given) => conform({ core, EventSource, ask: (...words) => fetch(...words), ...JSON.parse(given) });
      if (globalThis.document) Object.assign(globalThis, { tell });
      addEventListener('message', (event) => {
        if (globalThis.document) return;
        const told = tell(event.data).then((report) => (event.source ?? globalThis).postMessage(report));
        event.waitUntil?.(told);
      });
      addEventListener('connect', ({ ports: [port] }) => {
        port.onmessage = async ({ data }) => port.postMessage(await tell(data));
      });
    `,
  );
  return pathToFileURL(file);
}

/** Runs in the page. */
async function conformIn({ place, given }: { place: Place; given: string }): Promise<unknown> {
  const url = '/page.js';
  const options = { type: 'module' } as const;
  const answerOf = (port: Pick<EventTarget, 'addEventListener'>) =>
    new Promise((resolve, reject) => {
      port.addEventListener('message', (event) => resolve((event as MessageEvent).data));
      port.addEventListener('error', (event) => reject((event as ErrorEvent).message));
    });
  switch (place) {
    case 'page':
      return Object(globalThis).tell(given);
    case 'worker': {
      const worker = new Worker(url, options);
      worker.postMessage(given);
      return answerOf(worker);
    }
    case 'shared worker': {
      const { port } = new SharedWorker(url, options);
      port.start();
      port.postMessage(given);
      return answerOf(port);
    }
    case 'service worker': {
      await navigator.serviceWorker.register(url, options);
      const { active } = await navigator.serviceWorker.ready;
      active?.postMessage(given);
      navigator.serviceWorker.startMessages();
      return answerOf(navigator.serviceWorker);
    }
  }
}
