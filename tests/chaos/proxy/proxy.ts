import type { Socket } from 'node:net';
import { seededRandom } from '../../support/seeded-random.ts';
import type { CampaignClock } from '../campaign-clock.ts';
import { drawFrom } from '../draw.ts';
import {
  type AttemptOracle,
  type Command,
  createAttemptOracle,
  type End,
  type Rest,
} from '../oracle/attempt-oracle.ts';
import {
  didNothing,
  endsTidily,
  isBorderline,
  mindsSecondStream,
  type Sight,
  verdictOn,
} from '../oracle/verdict.ts';
import type { Manner } from '../origin/manners.ts';
import type { Role } from '../roles.ts';
import { acrossOrigins, type Exchange, serve } from './exchange.ts';
import { drawPlan, type FaultKind, type FaultPlan, type ServedPlan } from './fault-plan.ts';
import { servedPlan } from './served-plan.ts';
import { openSwitchablePort } from './switchable-port.ts';

/** An exchange that ended, and by what. */
export interface Fault {
  readonly attempt: number;
  /**
   * `stale`: the socket that had stayed open was reset while the next request was on its way.
   * `resent`: the socket that had stayed open was closed without an answer, and the browser itself tried again.
   */
  readonly kind: ServedPlan['kind'] | 'stale' | 'resent';
}

/** Stands between one client and the origin, and does to each exchange what its plan says. */
export interface FaultProxy extends AsyncDisposable {
  readonly plans: readonly FaultPlan[];
  readonly log: readonly Fault[];
  readonly oracle: AttemptOracle;
  /** The requests that arrived, without preflights. */
  readonly requests: number;
  /** Those of them that would have an effect each. */
  readonly posts: number;
  readonly preflights: number;
  /** The sockets on which an exchange is under way. */
  readonly busy: number;
  /** The longest that a socket outlived the request that replaced it, in milliseconds of the campaign. */
  readonly longestHandOver: number;
  /** The requests that arrived beside a stream, because the app had asked for a successor of it. */
  readonly overlaps: number;
  /** Where the next attempt has to go. */
  url(): Promise<string>;
  /** The app is about to do this. */
  command(command: Command): void;
  /** The client says that it will not go on by itself. */
  rest(rest: Rest): void;
  /** The app has heard from the server that there is nothing more to come. */
  finish(): void;
  /** From the next attempt on, nothing happens any more. */
  calm(): void;
}

interface ProxyOptions {
  /** Of the client. */
  readonly name: string;
  readonly seed: number;
  readonly clock: CampaignClock;
  readonly originPort: number;
  readonly limits: Exchange['limits'] & { readonly stableAfter: number };
  readonly role: Role;
  readonly sight: Sight;
  /** A browser sends a request again by itself when a socket that it used before is closed without an answer. */
  readonly resends: boolean;
  /** How far the clock of the client may be from ours, in milliseconds of the campaign. */
  readonly skew: number;
  readonly manner: Manner;
  readonly complain: (fault: string) => void;
}

/** A socket on which an exchange is under way. */
interface Busy {
  readonly attempt: number;
  readonly kind: ServedPlan['kind'];
}

/** A request that has come. */
interface Arrival {
  readonly plan: ServedPlan;
  /** It has said after which event it resumes. */
  readonly asked: boolean;
}

export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { name, clock, originPort, limits, role, sight, manner, complain } = options;
  const { method, resumes = false, farewell = 'none', maxRetries = Infinity } = role;
  const { stableAfter = limits.stableAfter } = role;
  const draw = drawFrom(seededRandom(options.seed));
  const oracle = createAttemptOracle({
    now: clock.now,
    skew: options.skew,
    maxRetries,
    stableAfter,
    complain,
  });
  const plans: FaultPlan[] = [];
  const log: { attempt: number; kind: Fault['kind'] }[] = [];
  const arrivals = new Map<number, Arrival>();
  const idle = new Set<Socket>();
  const busy = new Map<Socket, Busy>();
  const used = new WeakSet<Socket>();
  let calm = false;
  let requests = 0;
  let posts = 0;
  let preflights = 0;
  let resetWhileIdle = false;
  /** The attempt whose request the browser may send once more. */
  let resendable = 0;
  let longestHandOver = 0;
  let overlaps = 0;
  /** How many times the app has asked for a stream, and how many it had when each attempt began. */
  let wishes = 0;
  const wishOf: number[] = [];
  /** The wishes for which a POST was sent that may have had its effect. */
  const spent = new Set<number | undefined>();

  /** The exchange of an attempt ends in a way that the client can know of from then on. */
  function strike(attempt: number, plan: ServedPlan, noticedAt: number, floor: number): void {
    const { afterRefresh } = oracle;
    const asked = arrivals.get(attempt)?.asked;
    const hasFarewell = farewell !== 'none';
    const circumstances = {
      sight,
      method,
      resumes,
      hasFarewell,
      afterRefresh,
      asked,
      holdsId: manner.holdsId,
    };
    const verdict = verdictOn(plan, circumstances);
    const isSilent = plan.kind === 'stall';
    // A native EventSource sees no `Retry-After`, nor what the first byte of silence is.
    const isSeen = sight === 'everything' || (isSilent && plan.place.part === 'head');
    const end = {
      verdict,
      noticedAt: isSeen ? noticedAt : clock.now(),
      noticedBy: isSilent ? Infinity : clock.now() + longestAllowed,
      // Credentials are renewed at once, and so is what was forgotten.
      floor: isSeen && ['retry', 'fail', 'stop'].includes(verdict) ? floor : 0,
      mindsSecond: mindsSecondStream(plan) && sight === 'everything',
      news: role.manner === 'blind' ? newsOf(plan) : 'none',
    } as const;
    if (!oracle.end(attempt, end)) return;
    log.push({ attempt, kind: plan.kind });
    if (verdict === 'restart' || verdict === 'stop' || verdict === 'unsure') manner.mayForget();
  }

  /** The request of the newest attempt was lost on a socket that was reset. */
  function noticeStale(): void {
    const { attempts, unended } = oracle;
    const lost = plans[attempts - 1];
    if (!unended || !resetWhileIdle || !lost || arrivals.has(attempts)) return;
    strike(attempts, { ...lost, kind: 'drop' }, clock.now(), 0);
    const fault = log.at(-1);
    if (fault?.attempt === attempts) fault.kind = 'stale';
  }

  /** Where nothing has an ID, messages are news if the server itself has ended their stream. */
  function newsOf(plan: ServedPlan): End['news'] {
    if (endsTidily(plan) && manner.hasMessages) return 'surely';
    return endsTidily(plan) || isBorderline(plan) ? 'perhaps' : 'none';
  }

  async function url(): Promise<string> {
    const attempt = oracle.attempts + 1;
    noticeStale();
    oracle.use();
    wishOf[attempt] = wishes;
    manner.ask();
    resendable = 0;
    const plan = calm ? { ...drawPlan(draw), ...undisturbed } : drawPlan(draw);
    plans.push(plan);
    if (plan.kind === 'refuse') {
      strike(attempt, plan, clock.now(), 0);
      listener.shut();
      resetWhileIdle = true;
      for (const socket of idle) socket.resetAndDestroy();
    } else {
      await listener.open();
    }
    // Origin and path stay the same: the last event ID is of this resource.
    return `http://127.0.0.1:${listener.port}/${name}?attempt=${attempt}`;
  }

  function take(request: string, socket: Socket): void {
    const [, verb = '', digits] =
      /^([A-Z]+) \/\w+\?attempt=(\d+)(?:&\S*)? HTTP\/1\.1\r\n/.exec(request) ?? [];
    const attempt = Number(digits);
    const plan = plans[attempt - 1];
    const asked =
      /\r\nlast-event-id: ./i.test(request) || /[?&]lastEventId=./.test(request.split('\r\n', 1)[0] ?? '');
    const expected = asked && resumes ? 'GET' : method;
    if (!plan || (verb !== expected && verb !== 'OPTIONS')) {
      complain(`sent a request that is none: ${request.slice(0, 100)}`);
      socket.destroy();
    } else if (verb === 'OPTIONS') {
      allow(plan, socket);
    } else {
      const isSecond = [...busy.values()].some(
        (other) => other.attempt !== attempt && !isRefusal(other.kind),
      );
      const arrival = { plan: servedPlan(plan, role, isSecond), asked };
      if (verb === 'POST') countEffect(attempt, arrival.plan);
      accept(attempt, arrival, request, socket);
    }
  }

  /** A POST is sent once for each time that the app asks for it, but after an answer that says that it did nothing. */
  function countEffect(attempt: number, plan: ServedPlan): void {
    const wish = wishOf[attempt];
    posts += 1;
    if (spent.has(wish)) complain('sent its POST again, which may have had its effect');
    if (!didNothing(plan)) spent.add(wish);
  }

  /** A page of another origin asks first when it resumes. */
  function allow({ keepAlive }: FaultPlan, socket: Socket): void {
    preflights += 1;
    used.add(socket);
    const allowed = { ...acrossOrigins, 'Access-Control-Allow-Headers': 'Last-Event-ID' };
    const connection = keepAlive ? 'keep-alive' : 'close';
    const fields = Object.entries({ connection, ...allowed }).map((field) => field.join(': '));
    socket.write(`HTTP/1.1 204 No Content\r\n${fields.join('\r\n')}\r\n\r\n`);
    if (!keepAlive) socket.end();
  }

  function accept(attempt: number, arrival: Arrival, request: string, socket: Socket): void {
    const { plan } = arrival;
    const isLate = attempt < oracle.attempts && oracle.isLeft(attempt);
    if (arrivals.has(attempt) && attempt === resendable) {
      oracle.revive(attempt);
      const fault = log.findLast((entry) => entry.attempt === attempt);
      if (fault) fault.kind = 'resent';
      resendable = 0;
    } else if (arrivals.has(attempt) || (attempt !== oracle.attempts && !isLate)) {
      complain(
        `sent the request of attempt ${attempt} after that of attempt ${Math.max(...arrivals.keys())}`,
      );
      socket.destroy();
      return;
    } else {
      requests += 1;
    }
    arrivals.set(attempt, arrival);
    if (!isRefusal(plan.kind)) oracle.arrive(attempt);
    resetWhileIdle = false;
    const reused = used.has(socket);
    used.add(socket);
    busy.set(socket, { attempt, kind: plan.kind });
    idle.delete(socket);
    handOver();
    void serve({
      plan,
      head: request,
      socket,
      clock,
      originPort,
      startedAt: oracle.startedAt,
      limits,
      strike(at, floor) {
        if (socket.destroyed) return; // the client went first
        strike(attempt, plan, at, floor);
        if (options.resends && reused && isUnanswered(plan)) resendable = attempt;
      },
    }).then(() => {
      if (socket.destroyed) oracle.leave(attempt);
      rest(socket, plan);
    });
  }

  /**
   * The socket of an attempt may close a moment later than the next request arrives, but no more; unless the app
   * asked for a successor, which the stream before it may await.
   */
  function handOver(): void {
    const newest = Math.max(...[...busy.values()].map(({ attempt }) => attempt));
    const waiting = [...busy].filter(([, { attempt }]) => attempt < newest && oracle.mayDeliver(attempt));
    overlaps += waiting.length;
    if (waiting.length > 1) {
      clock.setTimeout(() => {
        const left = waiting.filter(([socket]) => busy.has(socket)).length;
        if (left > 1) complain(`has ${left} streams beside its newest request`);
      }, longestAllowed);
    }
    const since = clock.now();
    for (const [socket, { attempt }] of busy) {
      if (attempt === newest || waiting.some(([other]) => other === socket)) continue;
      if (options.resends && isDrained(arrivals.get(attempt)?.plan)) continue;
      socket.once('close', () => {
        const late = clock.now() - since;
        longestHandOver = Math.max(longestHandOver, late);
        if (late > longestAllowed) {
          const { kind } = arrivals.get(attempt)?.plan ?? {};
          complain(`kept the socket of attempt ${attempt} (${kind}) for ${late} ms beside that of ${newest}`);
        }
      });
    }
  }

  /** The exchange is over; where the socket has stayed open, the client may use it again. */
  function rest(socket: Socket, { staleAfter }: ServedPlan): void {
    busy.delete(socket);
    if (socket.destroyed) return;
    idle.add(socket);
    if (staleAfter === null) return;
    clock.setTimeout(() => {
      if (!idle.delete(socket)) return;
      resetWhileIdle = true;
      socket.resetAndDestroy();
    }, staleAfter);
  }

  const listener = await openSwitchablePort((socket) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => idle.delete(socket));
    const plan = plans.at(-1);
    if (plan?.kind === 'drop') {
      strike(oracle.attempts, plan, clock.now(), 0);
      resetWhileIdle = true; // the client may hold the socket for connected, and use it for its next attempt
      socket.resetAndDestroy();
      return;
    }
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes.toString('latin1');
      if (!isWhole(request)) return;
      const whole = request;
      request = '';
      take(whole, socket);
    });
    idle.add(socket);
  });

  return {
    plans,
    log,
    oracle,
    get requests() {
      return requests;
    },
    get posts() {
      return posts;
    },
    get preflights() {
      return preflights;
    },
    get busy() {
      return busy.size;
    },
    get longestHandOver() {
      return longestHandOver;
    },
    get overlaps() {
      return overlaps;
    },
    url,
    command(command) {
      oracle.command(command);
      if (command !== 'close') wishes += 1;
    },
    rest(rest) {
      noticeStale();
      oracle.rest(rest);
    },
    finish() {
      oracle.finish();
      manner.mayForget();
    },
    calm() {
      calm = true;
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      for (const socket of [...busy.keys(), ...idle]) socket.destroy();
    },
  };
}

/** How long a socket may outlive the next request, in milliseconds of the campaign: a few turns of the event loop. */
const longestAllowed = 20;

const undisturbed = { kind: 'end', place: { part: 'boundary', after: Infinity } } as const;

/**
 * Whether Chromium takes the end of a socket that had been used before for one that the request was too late for:
 * any break before the whole head is read (a reset may overtake it), and a 408.
 */
function isUnanswered({ kind, place, status }: ServedPlan): boolean {
  if (kind === 'half-close') return place.part === 'head';
  return kind === 'drop' || kind === 'reset' || (kind === 'status' && status === 408);
}

/**
 * Whether Chromium may hold the socket for another 5 s, to use it again: it waits for the end of a refusal that
 * was given up while nothing read it.
 */
function isDrained(plan: ServedPlan | undefined): boolean {
  return plan?.unfinished === true && isRefusal(plan.kind);
}

function isRefusal(kind: ServedPlan['kind']): boolean {
  return kind === 'status' || kind === 'second' || finalKinds.includes(kind);
}

const finalKinds: readonly ServedPlan['kind'][] = [
  'unauthorized',
  'no-content',
  'forbidden',
  'not-found',
  'gone',
] satisfies FaultKind[];

/** Whether a request has arrived with all of its body. */
function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(request)?.[1] ?? '0';
  return end >= 0 && request.length >= end + 4 + Number(length);
}
