import type { AnyActor } from 'xstate';

/** Looks at an actor of this package, a connection or a tab, that has not started yet. It must not throw. */
type Onlooker = (actor: AnyActor, url: unknown) => void;

let onlooker: Onlooker | undefined;

/** Has every connection and every tab that is made from now on looked at; `undefined` ends that. */
export function watchActors(next: Onlooker | undefined): void {
  onlooker = next;
}

/** Where nobody looks on, this reads one variable. */
export function announceActor(actor: AnyActor, url: unknown): void {
  onlooker?.(actor, url);
}
