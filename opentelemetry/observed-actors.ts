import type { Attributes } from '@opentelemetry/api';
import type { AnyActor, AnyActorRef } from 'xstate';
import type { Connection } from '../adapters/connection.ts';
import { type ConnectionActor, isConnection } from '../machines/connection.ts';
import { isActor } from '../machines/xstate-internals.ts';
import { type ObservedConnection, observeConnection } from './observed-connection.ts';
import type { ObservationSettings } from './options.ts';
import type { Recorder } from './recorder.ts';

/** An observed connection, how many observe it, and the reference to it. */
interface Entry extends ObservedConnection {
  uses: number;
  readonly reference: WeakRef<ConnectionActor>;
}

/** Keeps the observed actors, each once. */
export function createObservedActors(recorder: Recorder, settings: ObservationSettings) {
  const entries = new WeakMap<ConnectionActor, Entry>();
  /** Held weakly: React drops connections without stopping them. */
  const references = new Set<WeakRef<ConnectionActor>>();
  const ends = new Set<() => void>();
  const tally = new Map<string, [count: number, attributes: Attributes]>();
  let pruneAt = 100;
  let isOver = false;

  /** @returns A function that ends this one use. */
  function observe(actor: ConnectionActor, own: Attributes, resource?: string): () => void {
    if (isOver) return () => {};
    const entry = entries.get(actor) ?? begin(actor, own, resource);
    entry.uses += 1;
    return once(() => {
      entry.uses -= 1;
      if (entry.uses === 0) drop(actor, entry);
    });
  }

  function begin(actor: ConnectionActor, own: Attributes, resource: string | undefined): Entry {
    const attributes = { ...settings.attributes, ...own };
    const { spans } = settings;
    const observed = observeConnection({ actor, recorder, own: attributes, resource, spans });
    const entry = { ...observed, uses: 0, reference: new WeakRef(actor) };
    entries.set(actor, entry);
    references.add(entry.reference);
    if (references.size >= pruneAt) {
      for (const reference of references) if (!reference.deref()) references.delete(reference);
      pruneAt = 2 * references.size + 100;
    }
    return entry;
  }

  function drop(actor: ConnectionActor, entry: Entry): void {
    if (entries.get(actor) !== entry) return;
    entries.delete(actor);
    references.delete(entry.reference);
    entry.end();
  }

  function endLater(end: () => void): () => void {
    const ending = once(() => {
      ends.delete(ending);
      end();
    });
    ends.add(ending);
    return ending;
  }

  return {
    observe,
    /** Observes the actor of a connection. A user of a shared connection may get another actor later. */
    follow(connection: Pick<Connection, 'actor' | 'subscribe'>, own: Attributes): () => void {
      let known: AnyActorRef | undefined;
      let end = () => {};
      const forget = connection.subscribe(() => {
        const { actor } = connection;
        if (actor === known || !isActor(actor) || !isConnection(actor)) return;
        end();
        known = actor;
        end = observe(actor, own);
      });
      return endLater(() => {
        forget();
        end();
      });
    },
    /** Observes an actor, or the connections in its system, including later ones. */
    observeSystem(actor: AnyActorRef, own: Attributes): () => void {
      const found = new Map<ConnectionActor, () => void>();
      function meet(one: AnyActor): void {
        if (isConnection(one) && !found.has(one)) found.set(one, observe(one, own));
        else if (!isConnection(one)) for (const child of childrenOf(one)) meet(child);
      }
      if (isActor(actor)) meet(actor);
      if (found.size > 0 && isActor(actor) && isConnection(actor))
        return endLater(() => found.get(actor)?.());
      const { unsubscribe } = actor.system.inspect(({ actorRef, type }) => {
        if (isOver || type !== '@xstate.snapshot' || !isActor(actorRef) || !isConnection(actorRef)) return;
        if (actorRef.getSnapshot().status === 'active') meet(actorRef);
        else {
          found.get(actorRef)?.();
          found.delete(actorRef);
        }
      });
      return endLater(() => {
        unsubscribe();
        for (const end of found.values()) end();
      });
    },
    /**
     * Counts the connections that are not closed, by status and attributes. Counts that have become 0 are reported
     * too, because an SDK goes on exporting the last value.
     */
    count(): Iterable<readonly [count: number, attributes: Attributes]> {
      for (const counted of tally.values()) counted[0] = 0;
      for (const reference of references) {
        const actor = reference.deref();
        const { status = 'closed', attributes } = (actor && entries.get(actor)?.look()) ?? {};
        if (status !== 'closed') {
          const described = { ...attributes, 'sse.connection.status': status };
          const key = JSON.stringify(described);
          const counted = tally.get(key) ?? [0, described];
          counted[0] += 1;
          tally.set(key, counted);
        }
      }
      return tally.values();
    },
    end(): void {
      isOver = true;
      for (const end of ends) end();
      for (const reference of references) {
        const actor = reference.deref();
        const entry = actor && entries.get(actor);
        if (entry) drop(actor, entry);
      }
    },
  };
}

function childrenOf(actor: AnyActor): AnyActor[] {
  const children: Record<string, AnyActorRef> = Object(actor.getSnapshot()).children ?? {};
  return Object.values(children).filter(isActor);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
