import { createConnection } from '../../../index.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { nativeSituations } from '../situations.ts';
import { watch } from '../witness.ts';
import { browserTarget } from './scene.ts';

const native = browserTarget(
  { name: 'createConnection, EventSource, Chromium', native: true, immediate: true },
  (url, options) => {
    const connection = createConnection(url, options);
    const { shown, taken, announced, dispose } = watch(connection, options.clock);
    return { app: connection, look: shown, taken, announced, unmount: dispose };
  },
);

runModel(native, distinct(routesOf(nativeSituations)), {
  'EventSource does not tell an end from a break': [
    'live: transport.ended [canRefresh] → live',
    'live: transport.ended [isRefused] → failed',
    'live: transport.ended [isOffline] → backoff.offline',
    'live: transport.ended [isExhausted] → failed',
    'live: transport.ended → backoff',
  ],
  'EventSource knows no method but GET': [
    'live: transport.restarted → failed',
    'live: transport.unsafe',
    'mayRepeat says no',
    'mayResume says no',
  ],
  'EventSource shows no header': ['live: transport.gap'],
  'EventSource hands over nothing but messages': ['live.open: transport.messages', 'carriesMessages says no'],
  'EventSource keeps to itself what the server asked to wait': [
    'backoff.waiting: network.online → backoff.waiting',
    'backoff.waiting: page.visible → backoff.waiting',
    'backoff.waiting: page.resumed → backoff.waiting',
    'backoff.offline: network.online → backoff.waiting',
    'failed: network.online → backoff.waiting',
    'failed: page.visible → backoff.waiting',
    'failed: page.resumed → backoff.waiting',
    'closed.paused: page.visible → backoff.waiting',
    'closed.paused: page.resumed → backoff.waiting',
    'isWelcome says no',
  ],
});
