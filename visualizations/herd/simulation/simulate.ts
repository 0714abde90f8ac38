import { seededRandom } from '../../../tests/support/seeded-random.ts';
import type { Policy } from './policies.ts';

/**
 * A deploy. At 0 every client loses its stream. Until `deploy` every attempt fails at once, from then on every
 * attempt is accepted at once, as far as the capacity goes; an attempt that is not accepted has failed. Nothing takes
 * time but the waits: a round trip is short against them.
 */
export interface Scene {
  readonly policy: Policy;
  readonly clients: number;
  /** How long the server is away, in whole milliseconds. */
  readonly deploy: number;
  readonly seed: number;
  /** How many connections the server accepts per second. @default Infinity */
  readonly capacity?: number | undefined;
}

/** The deploy as the server saw it. Every time is in milliseconds since the drop. */
export interface Run extends Scene {
  /** How many attempts came in each millisecond. */
  readonly attempts: Uint32Array;
  /** When the clients were accepted that were, in order. */
  readonly acceptedAt: Uint32Array;
  readonly gaveUp: number;
}

/**
 * Plays a deploy, attempt by attempt in the order of time. The same scene gives the same run.
 *
 * @throws RangeError when a policy waits for longer than the simulation can hold.
 */
export function simulate(scene: Scene): Run {
  const { policy, clients, deploy, seed, capacity = Infinity } = scene;
  const random = seededRandom(seed);
  const wheel = createWheel(clients);
  const door = createDoor(capacity);
  const retries = new Uint32Array(clients);
  const previous = new Uint32Array(clients);
  const acceptedAt = new Uint32Array(clients);
  let attempts = new Uint32Array(2 ** 14);
  let accepted = 0;
  let gaveUp = 0;

  /** Does as the statechart when an attempt fails: gives up, or charges a retry and waits. */
  function fail(client: number, now: number): void {
    const count = retries[client] ?? 0;
    if (count >= policy.maxRetries) {
      gaveUp += 1;
      return;
    }
    const wait = Math.round(policy.delay(count, previous[client] ?? 0, random()));
    retries[client] = count + 1;
    previous[client] = wait;
    wheel.add(client, now, wait);
  }

  for (let client = 0; client < clients; client += 1) fail(client, 0);
  let now = 0;
  for (; accepted + gaveUp < clients; now += 1) {
    if (now === attempts.length) attempts = grown(attempts);
    for (let client = wheel.take(now); client !== nobody; client = wheel.take(now)) {
      attempts[now] = (attempts[now] ?? 0) + 1;
      if (now >= deploy && door.admits(now)) {
        acceptedAt[accepted] = now;
        accepted += 1;
      } else fail(client, now);
    }
  }
  return { ...scene, attempts: attempts.slice(0, now), acceptedAt: acceptedAt.slice(0, accepted), gaveUp };
}

/** A server that ends every stream on purpose: each lasts as long as the others, and every attempt is accepted. */
export interface EndingScene extends Pick<Scene, 'policy' | 'clients' | 'seed'> {
  /** How long each stream lasts, in whole milliseconds. */
  readonly lasts: number;
  /** How long the server is watched, in whole milliseconds. */
  readonly until: number;
}

/**
 * Plays streams that all end at 0, and again and again after that. Every one of them brings news, so each wait is a first
 * one.
 *
 * @returns How many attempts came in each millisecond.
 */
export function simulateEndings({ policy, clients, seed, lasts, until }: EndingScene): Uint32Array {
  const random = seededRandom(seed);
  const wheel = createWheel(clients);
  const attempts = new Uint32Array(until);
  const wait = () => Math.round(policy.delay(0, 0, random()));
  for (let client = 0; client < clients; client += 1) wheel.add(client, 0, wait());
  for (let now = 0; now < until; now += 1) {
    for (let client = wheel.take(now); client !== nobody; client = wheel.take(now)) {
      attempts[now] = (attempts[now] ?? 0) + 1;
      wheel.add(client, now, lasts + wait());
    }
  }
  return attempts;
}

const nobody = -1;

/** More milliseconds than any policy waits, gRPC's 144 s included; a power of two, so that a mask finds the slot. */
const wheelSize = 2 ** 18;

/** A timer wheel: a slot for each millisecond, with the clients of a slot in a linked list. */
function createWheel(clients: number) {
  const first = new Int32Array(wheelSize).fill(nobody);
  const next = new Int32Array(clients);

  return {
    add(client: number, now: number, wait: number): void {
      if (!(wait >= 0 && wait < wheelSize))
        throw new RangeError(`A wait of ${wait} ms is more than can be simulated.`);
      const slot = (now + wait) & (wheelSize - 1);
      next[client] = first[slot] ?? nobody;
      first[slot] = client;
    },
    /** Includes clients that were added meanwhile for this same millisecond. */
    take(now: number): number {
      const slot = now & (wheelSize - 1);
      const client = first[slot] ?? nobody;
      if (client !== nobody) first[slot] = next[client] ?? nobody;
      return client;
    },
  };
}

/** Admits `perSecond` clients evenly, and after a lull at most a tenth of that at once. */
function createDoor(perSecond: number) {
  const most = Math.max(1, perSecond / 10);
  let room = most;
  let since = 0;

  return {
    admits(now: number): boolean {
      if (perSecond === Infinity) return true;
      room = Math.min(most, room + ((now - since) * perSecond) / 1_000);
      since = now;
      if (room < 1) return false;
      room -= 1;
      return true;
    },
  };
}

function grown(counts: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * counts.length);
  larger.set(counts);
  return larger;
}
