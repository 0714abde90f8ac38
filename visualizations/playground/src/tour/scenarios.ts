import type { Expectation } from '../panel/panel-watch.ts';
import type { Scenario, Step } from './scenario.ts';

const back: Expectation = { status: 'open', whole: true };
const quick = { retryDelay: 300, maxRetryDelay: 1_000, stableAfter: 2_000 };

/** Every scenario that the tour can play, in the order in which it is best seen. */
export const scenarios: readonly [Scenario, ...Scenario[]] = [
  {
    id: 'restart',
    title: 'A deploy: the server restarts',
    guards: ['isRefused: no', 'isExhausted: not yet'],
    settings: { ...quick, maxRetries: 20 },
    steps: [
      {
        says: 'The server drops both streams and answers 503 for four seconds, as in a deploy.',
        look: 'Both badges turn to Backoff. Every refusal spends one of the retries.',
        does: [{ fault: { id: 'restart', seconds: 4 } }],
        expects: { status: 'backoff', error: 503 },
      },
      {
        says: 'The server comes back. Nobody has to do anything.',
        look: 'Open again. Missed and Duplicate stay 0: the server replays what came after the last event ID.',
        does: [],
        expects: back,
      },
    ],
  },
  {
    id: 'ceiling',
    title: 'The ceiling: more failures than retries',
    guards: ['isExhausted'],
    settings: { ...quick, maxRetries: 2, jitter: 'none' },
    steps: [
      {
        says: 'The server answers 500 and does not recover. These connections may retry twice.',
        look: 'The squares beside Retries fill up. Then the badge says Failed, and the request count stands still.',
        does: [{ fault: { id: 'restart', status: 500, seconds: null } }],
        expects: { status: 'failed', error: 'exhausted', retries: 2 },
      },
      comeBack('reconnect', 'The server is mended, and the tour presses Reconnect in both panels.'),
    ],
  },
  {
    id: 'refused',
    title: '401: the credentials are not good',
    guards: ['isRefused'],
    settings: quick,
    steps: [
      {
        says: 'The server answers 401. These connections have no token to renew.',
        look: 'Failed after one request: with the same credentials, a second one could not help.',
        does: [{ fault: { id: 'unauthorized', seconds: null } }],
        expects: { status: 'failed', error: 401 },
      },
      comeBack('reconnect', 'The server accepts everybody again, and the tour presses Reconnect.'),
    ],
  },
  {
    id: 'renewal',
    title: '401, and a token that can be renewed',
    guards: ['canRefresh'],
    settings: { ...quick, token: true },
    steps: [
      {
        says: 'Now both connections bring a token. The server revokes it, and answers 401 without a new one.',
        look: 'Never Failed: the token is renewed, once for both connections, and the request is sent again.',
        does: [{ fault: { id: 'unauthorized', seconds: null } }],
        expects: { ...back, after: 'backoff' },
      },
    ],
  },
  {
    id: 'forbidden',
    title: '403 and 404: repeating cannot help',
    guards: ['isRefused'],
    settings: quick,
    steps: [
      {
        says: 'The server answers 403: known, but not allowed.',
        look: 'Failed after one request. There is no retry to hammer the server with.',
        does: [{ fault: { id: 'forbidden', seconds: null } }],
        expects: { status: 'failed', error: 403 },
      },
      comeBack('reconnect', 'It is allowed now, and the tour presses Reconnect.'),
      {
        says: 'The server answers 404: there is no such stream.',
        look: 'Failed again, and the panels say which status it was.',
        does: [{ fault: { id: 'not-found', seconds: null } }],
        expects: { status: 'failed', error: 404 },
      },
      comeBack('reconnect', 'The stream is there again, and the tour presses Reconnect.'),
    ],
  },
  {
    id: 'finished',
    title: '204: the server has nothing more',
    guards: ['isFinished'],
    settings: quick,
    steps: [
      {
        says: 'The server answers 204, which is how the standard ends a stream for good.',
        look: 'Closed, and not an error. Nothing is sent any more.',
        does: [{ fault: { id: 'no-content', seconds: null } }],
        expects: { status: 'closed', closeReason: 'ended' },
      },
      comeBack('open', 'There is something to tell again, and the tour presses Open.'),
    ],
  },
  {
    id: 'retry-after',
    title: 'Retry-After: the server asks for time',
    guards: ['isRefused: no'],
    settings: { ...quick, maxRetryDelay: 500 },
    steps: [
      {
        says: 'The server answers 503 and asks everybody to stay away for five seconds.',
        look: 'Next attempt: never sooner than asked, although these connections would wait half a second.',
        does: [{ fault: { id: 'unavailable', seconds: 5 } }],
        expects: { status: 'backoff', error: 503, waits: 3_000 },
      },
      {
        says: 'The time passes. The wait ends a little later than asked, so that not all come at once.',
        look: 'One attempt, and it succeeds.',
        does: [],
        expects: back,
      },
    ],
  },
  {
    id: 'offline',
    title: 'Offline: waiting costs nothing',
    guards: ['wasChargedJustNow', 'mayRequestNow'],
    settings: { ...quick, retryDelay: 6_000, maxRetryDelay: 6_000, jitter: 'none' },
    steps: [
      {
        says: 'The stream breaks, and a moment later the browser says that it is offline. No page can unplug itself, so this one is sent the event that a browser sends.',
        look: 'Backoff, and the retry that the break had cost is given back.',
        does: [{ fault: { id: 'cut' } }, { until: { status: 'backoff' } }, { tell: 'offline' }],
        expects: { status: 'backoff', waits: 2_000, retries: 0 },
      },
      {
        says: 'The network is back.',
        look: 'Both connect at once, without the six seconds that they would have waited.',
        does: [{ tell: 'online' }],
        expects: back,
      },
      {
        says: 'It breaks and goes offline once more, and this time the browser never says that the network is back. Behind some VPNs it is wrong.',
        look: 'After six seconds each makes one attempt that costs no retry, and it succeeds: the network was there all the time.',
        does: [{ fault: { id: 'cut' } }, { until: { status: 'backoff' } }, { tell: 'offline' }],
        expects: { ...back, after: 'backoff', retries: 0 },
      },
    ],
  },
  {
    id: 'sleep',
    title: 'Sleep: the browser freezes the page',
    guards: ['mayRepeat', 'mayRequestNow'],
    settings: quick,
    steps: [
      {
        says: 'The browser freezes the page, as in a tab that was left for long. This page is sent the event for it.',
        look: 'Closed: a frozen page cannot read, so it lets go of its stream.',
        does: [{ tell: 'freeze' }],
        expects: { status: 'closed', closeReason: 'paused' },
      },
      {
        says: 'The page wakes up.',
        look: 'Open by itself, and what happened meanwhile is counted under From the log.',
        does: [{ tell: 'resume' }],
        expects: back,
      },
    ],
  },
  {
    id: 'reconnect',
    title: '409: one stream for each client',
    guards: ['canReplace', 'refusesSecondStream'],
    settings: quick,
    steps: [
      {
        says: 'Nothing is wrong. The tour presses Reconnect in both panels.',
        look: 'Open all the time: each stream goes on until the next one is accepted.',
        does: [{ press: 'reconnect' }],
        expects: { ...back, throughout: true },
      },
      {
        says: 'Now the server allows each client one stream, and answers 409 to a second. The tour presses Reconnect again.',
        look: 'Backoff for a second: the stream is dropped, the server has time to notice it, and nobody fails. Missed and Duplicate stay 0.',
        does: [{ fault: { id: 'one-stream', seconds: null } }, { press: 'reconnect' }],
        expects: { ...back, after: 'backoff' },
      },
    ],
  },
  {
    id: 'gone',
    title: '410: the server has forgotten where it was',
    guards: ['canRestart'],
    settings: quick,
    steps: [
      {
        says: 'The server drops both streams, and answers 410 to whoever wants to go on after an event of before.',
        look: 'Both ask again at once, without the ID, and go on with the present. Under Gap announced stands why: an app would load again what it shows.',
        does: [{ fault: { id: 'gone', seconds: null } }],
        expects: { ...back, after: 'backoff', gap: 'forgotten' },
      },
    ],
  },
  {
    id: 'doubt',
    title: 'A doubt: is the stream still alive?',
    guards: ['canOverlap'],
    settings: { ...quick, idleTimeout: 60_000 },
    steps: [
      {
        says: 'The browser says that the network is back. Nobody knows whether the streams have survived.',
        look: 'Open all the time. Further down, the statechart is in doubted until the next event shows that the stream is alive.',
        does: [{ tell: 'online' }],
        expects: { ...back, throughout: true },
      },
      {
        says: 'The server falls silent, and the browser says the same again.',
        look: 'Still Open. After five seconds without a sign of life another stream takes its place, and the silence is filled from the log.',
        does: [{ fault: { id: 'stall' } }, { tell: 'online' }],
        expects: { ...back, throughout: true, fromLog: true },
      },
    ],
  },
  {
    id: 'silence',
    title: 'A stream that is open and dead',
    guards: ['isRefused: no'],
    settings: { ...quick, retryDelay: 3_000, maxRetryDelay: 3_000, jitter: 'none', idleTimeout: 1_500 },
    steps: [
      {
        says: 'The server falls silent and leaves the socket open. Nothing tells the browser that the stream is dead.',
        look: 'The numbers stop. After idleTimeout, here 1.5 s, both panels give the stream up and wait for three seconds.',
        does: [{ fault: { id: 'stall' } }],
        expects: { status: 'backoff', error: 'idle' },
      },
      {
        says: 'A new stream takes its place.',
        look: 'Open, and the silence is filled from the log.',
        does: [],
        expects: back,
      },
    ],
  },
  {
    id: 'tabs',
    title: 'Tabs: one stream for all of them',
    guards: ['shouldPassOn: no'],
    settings: quick,
    steps: [
      {
        says: 'The tour opens three tabs, as frames further down the page.',
        look: 'The first one leads and has the stream, two follow: under One stream for all tabs, Streams is 1.',
        does: [{ tabs: 3 }],
        expects: { ...back, following: 2 },
      },
      {
        says: 'The tab that leads is closed. It does not say goodbye.',
        look: 'The browser gives the lock to another one, which goes on after the last event. Missed and Duplicate stay 0.',
        does: [{ leader: 'close' }],
        expects: { ...back, following: 1 },
      },
      {
        says: 'The tab that leads now is frozen.',
        look: 'It lets go of lock and stream before it sleeps, so that the last one leads.',
        does: [{ leader: 'freeze' }],
        expects: { ...back, following: 0 },
      },
      {
        says: 'It wakes up.',
        look: 'It follows, and gets what it has slept through. Streams is 1.',
        does: [],
        expects: { ...back, following: 1 },
      },
    ],
  },
];

/** A refusal stands until somebody says otherwise. */
function comeBack(press: 'open' | 'reconnect', says: string): Step {
  return {
    says,
    look: 'Open, and what happened meanwhile comes from the log of the server: nothing is missed.',
    does: [{ fault: { id: null } }, { press }],
    expects: back,
  };
}
