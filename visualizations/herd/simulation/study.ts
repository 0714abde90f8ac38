import { type Figures, figuresOf, type Recovery, recoveryOf } from './figures.ts';
import type { Policy } from './policies.ts';
import { type Run, type Scene, simulate } from './simulate.ts';

/** The result of a deploy with one policy. */
export interface Result extends Figures {
  readonly policy: Policy;
  readonly run: Run;
  readonly backAfter: Recovery;
}

/**
 * The load is that of the deploy itself, the recovery that of all deploys {@link around} it. Where a capacity decides who
 * is back when, the length matters little, and the deploy itself is enough.
 */
export function study(scene: Scene): Result {
  const run = simulate(scene);
  const runs = scene.capacity === undefined ? around(scene).map(simulate) : [run];
  return { policy: scene.policy, run, ...figuresOf(run), backAfter: recoveryOf(runs) };
}

/**
 * Up to 40,000 of the clients, shared out to twenty deploys, from 2.5 s shorter to 2.5 s longer. Clients without jitter all
 * come back at one tick of their clocks, and after a deploy of just 15 s it is luck whether that is 0 s or 3 s later.
 */
function around(scene: Scene): Scene[] {
  const { deploy, seed } = scene;
  const clients = Math.min(scene.clients, 40_000);
  const reach = Math.min(2_500, deploy);
  const most = Math.min(clients, 20);
  return Array.from({ length: most }, (_, n) => ({
    ...scene,
    clients: Math.floor((clients + n) / most),
    deploy: Math.round(deploy + reach * ((2 * n + 1) / most - 1)),
    seed: (seed + n + 1) % 2 ** 32,
  }));
}
