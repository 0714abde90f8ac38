import type { AnyActor, AnyActorRef, InspectionEvent, Subscription } from 'xstate';
import { isConnection } from '../../machines/connection.ts';
import { watchActors } from '../../machines/onlooker.ts';
import { isActor } from '../../machines/xstate-internals.ts';
import { createBacklog } from './backlog.ts';
import { pathOf } from './connection-names.ts';
import type { InspectionSettings } from './options.ts';
import { createRecorder } from './recorder.ts';
import { noteTab } from './shown-actor.ts';
import { openLocal, openStately } from './viewers.ts';

/** An inspection from its start to its end. Its errors never reach the connections. */
export interface Session {
  inspect(event: InspectionEvent): void;
  add(target: AnyActorRef | { readonly actor: AnyActorRef }, name?: string): void;
  stop(): void;
  /** The actors that were added and still run, with their names. */
  followed(): Iterable<readonly [actor: AnyActor, name: string | undefined]>;
}

export function startSession(options: InspectionSettings): Session {
  const { viewer } = options;
  const over = new AbortController();
  const complain = createComplaint();
  const backlog = createBacklog(complain);
  const recorder = createRecorder(options, backlog.push, complain);
  /** Actors are held weakly: React drops its connections without stopping them. */
  const followed = new Map<WeakRef<AnyActor>, string | undefined>();
  const subscriptions = new WeakMap<AnyActor, Subscription>();
  const observed = new WeakSet<object>();

  function inspect(event: InspectionEvent): void {
    if (over.signal.aborted) return;
    try {
      if (isActor(event.actorRef)) observed.add(event.actorRef.system);
      recorder.observe(event);
    } catch (fault) {
      complain(fault);
    }
  }

  function follow(actor: AnyActor, name?: string): void {
    if (over.signal.aborted) return;
    try {
      for (const one of followed.keys()) if (!one.deref()) followed.delete(one);
      followed.set(new WeakRef(actor), name);
      // An actor that was created with `inspect` is observed already.
      if (!observed.has(actor.system)) subscriptions.set(actor, actor.system.inspect(inspect));
      observed.add(actor.system);
      recorder.introduce(actor, name);
    } catch (fault) {
      complain(fault);
    }
  }

  function stop(): void {
    if (over.signal.aborted) return;
    over.abort();
    unwatch();
    recorder.stop();
    for (const one of followed.keys()) {
      const actor = one.deref();
      if (actor) subscriptions.get(actor)?.unsubscribe();
    }
  }

  const unwatch = watchActors((actor, url) => {
    if (!isConnection(actor)) noteTab(actor);
    follow(actor, pathOf(url));
  });
  if (typeof viewer !== 'string') {
    backlog.attach((record) => viewer.send(record));
  } else {
    const opening =
      viewer === 'local' ? openLocal(backlog, over.signal) : openStately(options, backlog, over.signal);
    opening.catch((fault) => {
      complain(fault);
      stop();
    });
  }

  return {
    inspect,
    add(target, name) {
      const actor = 'actor' in target ? target.actor : target;
      if (isActor(actor)) follow(actor, name);
    },
    stop,
    *followed() {
      for (const [one, name] of followed) {
        const actor = one.deref();
        if (actor && actor.getSnapshot().status !== 'stopped') yield [actor, name] as const;
      }
    },
  };
}

/** Logs only the first fault, because a viewer that throws once mostly throws at every record. */
function createComplaint(): (fault: unknown) => void {
  let said = false;
  return (fault) => {
    if (!said) console.error('sse-machine/inspect (the connections are not affected):', fault);
    said = true;
  };
}
