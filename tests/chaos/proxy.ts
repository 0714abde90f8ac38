import { type AddressInfo, createServer, type Socket } from 'node:net';
import { seededRandom } from '../support/seeded-random.ts';
import type { CampaignClock } from './campaign-clock.ts';
import { drawFrom } from './draw.ts';
import { type Exchange, serve } from './exchange.ts';
import { drawPlan, type FaultKind, type FaultPlan } from './fault-plan.ts';

/** An exchange that ended, and by what. */
export interface Fault {
  readonly attempt: number;
  /** `stale`: the socket that had stayed open was reset while the next request was on its way. */
  readonly kind: FaultKind | 'stale';
  /** Milliseconds of the campaign. */
  readonly at: number;
  /** How long after that no request may come, whatever the jitter, in milliseconds of the campaign. */
  readonly floor: number;
}

/** Stands between one client and the origin, and does to each exchange what its plan says. */
export interface FaultProxy extends AsyncDisposable {
  readonly plans: readonly FaultPlan[];
  readonly log: readonly Fault[];
  /** The attempts that asked for a URL. */
  readonly attempts: number;
  /** The requests that arrived. */
  readonly requests: number;
  /** The sockets on which an exchange is under way. */
  readonly busy: number;
  /** The longest that a socket outlived the request that replaced it, in milliseconds of the campaign. */
  readonly longestHandOver: number;
  /** Where the next attempt has to go. */
  url(): string;
  /** From the next attempt on, nothing happens any more. */
  calm(): void;
}

interface ProxyOptions {
  readonly seed: number;
  readonly clock: CampaignClock;
  readonly originPort: number;
  readonly refusingPort: number;
  readonly limits: Exchange['limits'];
  readonly complain: (fault: string) => void;
}

export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { clock, originPort, refusingPort, limits, complain } = options;
  const draw = drawFrom(seededRandom(options.seed));
  const plans: FaultPlan[] = [];
  const log: Fault[] = [];
  const idle = new Set<Socket>();
  const busy = new Set<Socket>();
  let calm = false;
  let attempts = 0;
  let startedAt = 0;
  let requests = 0;
  let lastRequest = 0;
  let resetWhileIdle = false;
  let longestHandOver = 0;

  function strike(attempt: number, at: number, floor: number): void {
    if (log.at(-1)?.attempt === attempt) return;
    log.push({ attempt, kind: plans[attempt - 1]?.kind ?? 'end', at, floor });
  }

  /** Each attempt but the first needs that the one before it was ended, and the wait that it was told. */
  function checkLicence(): void {
    if (attempts === 0) return;
    const last = log.at(-1);
    if (last?.attempt === attempts) {
      const early = last.at + last.floor - clock.now();
      if (early > 0) complain(`came ${early} ms too early after ${last.kind}`);
    } else if (resetWhileIdle && lastRequest < attempts) {
      log.push({ attempt: attempts, kind: 'stale', at: startedAt, floor: 0 });
    } else {
      complain('came although nothing had ended the one before');
    }
  }

  function url(): string {
    checkLicence();
    attempts += 1;
    startedAt = clock.now();
    const plan = calm ? { ...drawPlan(draw), ...undisturbed } : drawPlan(draw);
    plans.push(plan);
    if (plan.kind !== 'refuse') return `http://127.0.0.1:${port}/events/${attempts}`;
    strike(attempts, clock.now(), 0);
    return `http://127.0.0.1:${refusingPort}/events/${attempts}`;
  }

  function take(head: string, socket: Socket): void {
    const attempt = Number(/^GET \/events\/(\d+) HTTP\/1\.1\r\n/.exec(head)?.[1]);
    const plan = plans[attempt - 1];
    if (!plan || attempt !== attempts || attempt === lastRequest) {
      complain(`attempt ${attempt} sent a request after attempt ${lastRequest} had`);
      socket.destroy();
      return;
    }
    requests += 1;
    lastRequest = attempt;
    resetWhileIdle = false;
    handOver(socket);
    void serve({
      plan,
      head,
      socket,
      clock,
      originPort,
      startedAt,
      limits,
      strike: (at, floor) => strike(attempt, at, floor),
    }).then(() => rest(socket, plan));
  }

  /** The socket of the attempt before may close a moment later than the next request arrives, but no more. */
  function handOver(socket: Socket): void {
    if (busy.size > 1) complain(`has ${busy.size + 1} requests under way`);
    const since = clock.now();
    for (const replaced of busy) {
      replaced.once('close', () => {
        longestHandOver = Math.max(longestHandOver, clock.now() - since);
      });
    }
    busy.add(socket);
    idle.delete(socket);
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
    if (plans[attempts - 1]?.kind === 'drop') {
      strike(attempts, clock.now(), 0);
      socket.resetAndDestroy();
      return;
    }
    let head = '';
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      const whole = head;
      head = '';
      take(whole, socket);
    });
    idle.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    plans,
    log,
    get attempts() {
      return attempts;
    },
    get requests() {
      return requests;
    },
    get busy() {
      return busy.size;
    },
    get longestHandOver() {
      return longestHandOver;
    },
    url,
    calm() {
      calm = true;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of [...busy, ...idle]) socket.destroy();
      await closed;
    },
  };
}

const undisturbed = { kind: 'end', place: { part: 'boundary', after: Infinity } } as const;
