import type { AnyActor } from 'xstate';

export { unaskedOf } from '../transports/asked-for.ts';
export { usersOf } from './shared-connections.ts';

/** Looks at a connection that was just made and has not started yet. It must not throw. */
type Onlooker = (actor: AnyActor, url: unknown) => void;

let onlooker: Onlooker | undefined;

/** Has every connection that is made from now on looked at; `undefined` ends that. */
export function watchConnections(next: Onlooker | undefined): void {
  onlooker = next;
}

/** Where nobody looks on, this reads one variable. */
export function announceConnection(actor: AnyActor, url: unknown): void {
  onlooker?.(actor, url);
}
