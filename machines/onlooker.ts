import type { AnyActor } from 'xstate';

/** Looks at an actor of this package, a connection or a tab, that has not started yet. It must not throw. */
type Onlooker = (actor: AnyActor, url: unknown) => void;

const onlookers = new Set<Onlooker>();

/**
 * Has every connection and every tab that is made from now on looked at.
 *
 * @returns A function that ends that.
 */
export function watchActors(onlooker: Onlooker): () => void {
  onlookers.add(onlooker);
  return () => void onlookers.delete(onlooker);
}

/** Where nobody looks on, this does nothing. */
export function announceActor(actor: AnyActor, url: unknown): void {
  for (const look of onlookers) look(actor, url);
}
