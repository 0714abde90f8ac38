import './timers.ts';

import { type ConnectionStatus, createConnection } from '../../../index.ts';
import { type Moment, momentOf } from '../moments.ts';
import { activityMount, reactMount, strictModeMount } from './react.tsx';
import { countTimers, uncountedTimer } from './timers.ts';
import { keepAliveMount, vueMount } from './vue.ts';

const mounts = {
  react: reactMount,
  'react-strict-mode': strictModeMount,
  'react-activity': activityMount,
  vue: vueMount,
  'vue-keep-alive': keepAliveMount,
};

/** The components that a page can be asked to mount. */
export type MountName = keyof typeof mounts;

/** The functions of the page that the test calls. */
export interface Page {
  start(name: MountName): void;
  /** Shows and hides the component once for each cycle from `first` up to `end`, which is left out. */
  run(first: number, end: number): Promise<void>;
  /** Unmounts the component while it is shown. */
  end(): void;
  countTimers(): number;
}

declare global {
  var leakPage: Page;
}

let mount: ReturnType<(typeof mounts)[MountName]>;
let cycle = 0;
let reach: (what: Moment) => void = () => {};

globalThis.leakPage = {
  start(name) {
    // The browser keeps an entry of every request otherwise, 250 in all.
    performance.setResourceTimingBufferSize(0);
    mount = mounts[name](document.body.appendChild(document.createElement('main')), {
      url: '/events',
      shared: createConnection('/events', { immediate: false }),
      onStatus(status: ConnectionStatus) {
        if (status === 'backoff') reach('backoff');
      },
      options: {
        headers: () => ({ cycle: String(cycle) }),
        onMessage({ event }) {
          if (event === 'last') reach('message');
        },
        maxRetries: Number.POSITIVE_INFINITY,
        retryDelay: 600_000,
        maxRetryDelay: 600_000,
        jitter: 'none',
        history: 5,
      },
    });
    // React adds a listener of its own with the first component, whatever it does.
    mount.show();
    mount.hide();
  },
  async run(first, end) {
    for (cycle = first; cycle < end; cycle += 1) {
      const moment = momentOf(cycle);
      const arrived = arrival(moment);
      mount.show();
      await arrived;
      mount.hide();
    }
  },
  end() {
    mount.show();
    mount.end();
  },
  countTimers,
};

/** Waits until the attempt of the cycle is where it is to end. */
async function arrival(moment: Moment): Promise<void> {
  if (moment === 'unsent') return;
  let stopWaiting = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`Cycle ${cycle} never came to its moment, '${moment}'.`));
      stopWaiting = uncountedTimer(fail, 10_000);
      reach = (what) => what === moment && resolve();
      // Only the server knows that it has the request.
      if (moment === 'connecting') fetch(`/stalled?cycle=${cycle}`).then(() => resolve(), reject);
    });
  } finally {
    reach = () => {};
    stopWaiting();
  }
}
