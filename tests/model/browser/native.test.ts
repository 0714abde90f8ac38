import { createConnection } from '../../../index.ts';
import { engine } from '../../support/browsers/engine.ts';
import { actAs, movingUrl } from '../app.ts';
import { distinct, routesOf } from '../routes.ts';
import { runModel } from '../run.ts';
import { nativeSituations } from '../situations.ts';
import { watchConnection } from '../watch-connection.ts';
import { browserTarget } from './scene.ts';

const native = browserTarget(
  {
    name: `createConnection, EventSource, ${engine}`,
    native: true,
    immediate: true,
    without: ['revive'],
  },
  (first, options) => {
    const url = movingUrl(first);
    const connection = createConnection(url.get, options);
    const { shown, taken, announced, dispose } = watchConnection(connection, options.clock);
    return { app: actAs(connection, url), look: shown, taken, announced, unmount: dispose };
  },
);

runModel(native, distinct(routesOf(nativeSituations, native.without)), {
  'only the binding of React and a restored snapshot start an actor twice': [
    'live: transport.restarted [mayRepeat] → live',
    'live: transport.restarted → failed',
  ],
  'EventSource does not tell an end from a break': [
    'live.open: stream.ended [canRefresh] → live',
    'live.open: stream.ended [canRestart] → live',
    'live.open: stream.ended [isRefused] → failed',
    'live.open: stream.ended [isExhausted] → failed',
    'live.open: stream.ended → backoff',
    'live.open.replacing: stream.ended → live.connecting',
  ],
  'EventSource knows no method but GET': [
    'live: suspend → closed',
    'live.open.doubted: after proofTime → live.open.fresh',
    'live.open.replacing: request.ready → live.open.fresh',
    'mayRepeat says no',
  ],
  'EventSource does not tell a refusal from a break': [
    'live.open.replacing: request.failed [refusesSecondStream] → backoff',
    'live.open.replacing.renewing: request.failed → live.open.stable',
    'refusesSecondStream says yes',
    'wasLostOnTheWay says no',
    'hadNoAnswer says no',
  ],
  'EventSource shows no header': ['live.open: stream.gap'],
  'EventSource hands over nothing but messages': ['live.open: stream.messages', 'carriesMessages says no'],
  'EventSource keeps to itself what the server asked to wait': [
    'backoff: network.online → backoff.waiting',
    'backoff: page.visible → backoff.waiting',
    'backoff: page.resumed → backoff.waiting',
    'failed: network.online → backoff.waiting',
    'failed: page.visible → backoff.waiting',
    'failed: page.resumed → backoff.waiting',
    'closed.paused: page.visible → backoff.waiting',
    'closed.paused: page.resumed → backoff.waiting',
    'closed.suspended: resume → backoff.waiting',
    'mayRequestNow says no',
  ],
});
