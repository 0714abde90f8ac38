import type { AnyActor } from 'xstate';

/** Is called with an actor of this package (a connection or a tab) before it starts. It must not throw. */
type Onlooker = (actor: AnyActor, url: unknown) => void;

const onlookers = new Set<Onlooker>();

/**
 * Calls a function for every connection and every tab that is made from now on.
 *
 * @returns A function that ends that.
 */
export function watchActors(onlooker: Onlooker): () => void {
  onlookers.add(onlooker);
  return () => void onlookers.delete(onlooker);
}

/** Calls the onlookers, if there are any. */
export function announceActor(actor: AnyActor, url: unknown): void {
  for (const look of onlookers) look(actor, url);
}
