import { type AddressInfo, createServer, type Socket } from 'node:net';
import { seededRandom } from '../support/seeded-random.ts';
import type { CampaignClock } from './campaign-clock.ts';
import { drawFrom } from './draw.ts';
import { acrossOrigins, type Exchange, serve } from './exchange.ts';
import { drawPlan, type FaultKind, type FaultPlan } from './fault-plan.ts';
import { createLicence, type Licence } from './licence.ts';
import { type Method, type Sight, verdictOn } from './verdict.ts';

/** An exchange that ended, and by what. */
export interface Fault {
  readonly attempt: number;
  /**
   * `stale`: the socket that had stayed open was reset while the next request was on its way.
   * `resent`: the socket that had stayed open was closed without an answer, and the browser itself tried again.
   */
  readonly kind: FaultKind | 'stale' | 'resent';
}

/** Stands between one client and the origin, and does to each exchange what its plan says. */
export interface FaultProxy extends AsyncDisposable {
  readonly plans: readonly FaultPlan[];
  readonly log: readonly Fault[];
  readonly licence: Licence;
  /** The requests that arrived, without preflights. */
  readonly requests: number;
  readonly preflights: number;
  /** The sockets on which an exchange is under way. */
  readonly busy: number;
  /** The longest that a socket outlived the request that replaced it, in milliseconds of the campaign. */
  readonly longestHandOver: number;
  /** The requests that arrived beside a stream, because the app had asked for a successor of it. */
  readonly overlaps: number;
  /** Where the next attempt has to go. */
  url(): string;
  /** From the next attempt on, nothing happens any more. */
  calm(): void;
}

interface ProxyOptions {
  /** Of the client. */
  readonly name: string;
  readonly seed: number;
  readonly clock: CampaignClock;
  readonly originPort: number;
  readonly refusingPort: number;
  readonly limits: Exchange['limits'];
  readonly method: Method;
  readonly sight: Sight;
  /** A browser sends a request again by itself when a socket that it used before is closed without an answer. */
  readonly resends: boolean;
  /** How far the clock of the client may be from ours, in milliseconds of the campaign. */
  readonly skew: number;
  /** Whether the client holds an event ID. */
  readonly resumable: () => boolean;
  readonly complain: (fault: string) => void;
}

/** What is known of a socket on which an exchange is under way. */
interface Busy {
  readonly attempt: number;
}

export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { name, clock, originPort, refusingPort, limits, method, sight, complain } = options;
  const draw = drawFrom(seededRandom(options.seed));
  const licence = createLicence({ now: clock.now, skew: options.skew, complain });
  const plans: FaultPlan[] = [];
  const log: { attempt: number; kind: Fault['kind'] }[] = [];
  const sent = new Set<number>();
  const idle = new Set<Socket>();
  const busy = new Map<Socket, Busy>();
  const used = new WeakSet<Socket>();
  let calm = false;
  let requests = 0;
  let preflights = 0;
  let resetWhileIdle = false;
  /** The attempt whose request the browser may send once more. */
  let resendable = 0;
  let longestHandOver = 0;
  let overlaps = 0;

  function strike(attempt: number, at: number, floor: number): void {
    const plan = plans[attempt - 1];
    if (!plan) return;
    const { afterRefresh } = licence;
    const verdict = verdictOn(plan, { sight, method, afterRefresh, resumable: options.resumable() });
    const seen = sight === 'everything' || (plan.kind === 'stall' && plan.place.part === 'head');
    const wait = seen && verdict !== 'refresh' ? at - clock.now() + floor : 0;
    if (licence.end(attempt, verdict, wait)) log.push({ attempt, kind: plan.kind });
  }

  function url(): string {
    const attempt = licence.attempts + 1;
    if (licence.unended && resetWhileIdle && !sent.has(attempt - 1)) {
      if (licence.end(attempt - 1, 'retry', 0)) log.push({ attempt: attempt - 1, kind: 'stale' });
    }
    licence.use();
    resendable = 0;
    const plan = calm ? { ...drawPlan(draw), ...undisturbed } : drawPlan(draw);
    plans.push(plan);
    if (plan.kind !== 'refuse') return `http://127.0.0.1:${port}/${name}/${attempt}`;
    strike(attempt, clock.now(), 0);
    return `http://127.0.0.1:${refusingPort}/${name}/${attempt}`;
  }

  function take(request: string, socket: Socket): void {
    const [, verb, digits] = /^([A-Z]+) \/\w+\/(\d+)(?:\?\S*)? HTTP\/1\.1\r\n/.exec(request) ?? [];
    const attempt = Number(digits);
    const plan = plans[attempt - 1];
    if (!plan || (verb !== method && verb !== 'OPTIONS')) {
      complain(`sent a request that is none: ${request.slice(0, 100)}`);
      socket.destroy();
    } else if (verb === 'OPTIONS') {
      allow(plan, socket);
    } else {
      accept(attempt, plan, request, socket);
    }
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

  function accept(attempt: number, plan: FaultPlan, request: string, socket: Socket): void {
    const isLate = attempt < licence.attempts && licence.isLeft(attempt);
    if (sent.has(attempt) && attempt === resendable) {
      licence.revive(attempt);
      const fault = log.findLast((entry) => entry.attempt === attempt);
      if (fault) fault.kind = 'resent';
      resendable = 0;
    } else if (sent.has(attempt) || (attempt !== licence.attempts && !isLate)) {
      complain(`sent the request of attempt ${attempt} after that of attempt ${Math.max(...sent)}`);
      socket.destroy();
      return;
    } else {
      requests += 1;
    }
    sent.add(attempt);
    resetWhileIdle = false;
    const reused = used.has(socket);
    used.add(socket);
    busy.set(socket, { attempt });
    idle.delete(socket);
    handOver();
    void serve({
      plan,
      head: request,
      socket,
      clock,
      originPort,
      startedAt: licence.startedAt,
      limits,
      strike(at, floor) {
        if (socket.destroyed) return; // the client went first
        strike(attempt, at, floor);
        if (options.resends && reused && isUnanswered(plan)) resendable = attempt;
      },
    }).then(() => rest(socket, plan));
  }

  /**
   * The socket of an attempt may close a moment later than the next request arrives, but no more; unless the app
   * asked for a successor, which the stream before it may await.
   */
  function handOver(): void {
    const newest = Math.max(...[...busy.values()].map(({ attempt }) => attempt));
    const waiting = [...busy].filter(
      ([, { attempt }]) =>
        attempt < newest && licence.mayDeliver(attempt, plans[attempt - 1]?.kind === 'stall'),
    );
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
      if (options.resends && isDrained(plans[attempt - 1])) continue;
      socket.once('close', () => {
        const late = clock.now() - since;
        longestHandOver = Math.max(longestHandOver, late);
        if (late > longestAllowed) {
          const { kind } = plans[attempt - 1] ?? {};
          complain(`kept the socket of attempt ${attempt} (${kind}) for ${late} ms beside that of ${newest}`);
        }
      });
    }
  }

  /** The exchange is over; where the socket has stayed open, the client may use it again. */
  function rest(socket: Socket, { staleAfter }: FaultPlan): void {
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

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => idle.delete(socket));
    if (plans.at(-1)?.kind === 'drop') {
      strike(licence.attempts, clock.now(), 0);
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    plans,
    log,
    licence,
    get requests() {
      return requests;
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
    calm() {
      calm = true;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of [...busy.keys(), ...idle]) socket.destroy();
      await closed;
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
function isUnanswered({ kind, place, status }: FaultPlan): boolean {
  if (kind === 'half-close') return place.part === 'head';
  return kind === 'drop' || kind === 'reset' || (kind === 'status' && status === 408);
}

/**
 * Whether Chromium may hold the socket for another 5 s, to use it again: it waits for the end of a refusal that
 * was given up while nothing read it.
 */
function isDrained(plan: FaultPlan | undefined): boolean {
  return (
    plan?.unfinished === true && ['status', 'unauthorized', 'forbidden', 'not-found'].includes(plan.kind)
  );
}

/** Whether a request has arrived with all of its body. */
function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(request)?.[1] ?? '0';
  return end >= 0 && request.length >= end + 4 + Number(length);
}
