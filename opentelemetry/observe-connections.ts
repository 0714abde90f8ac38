/// <reference lib="esnext.disposable" preserve="true" />

import type { Attributes } from '@opentelemetry/api';
import type { AnyActorRef } from 'xstate';
import type { Connection } from '../adapters/connection.ts';
import { dispose } from '../adapters/dispose.ts';
import { isConnection } from '../machines/connection.ts';
import { watchActors } from '../machines/onlooker.ts';
import { check, complete, isFunction } from '../machines/option-table.ts';
import { resourceOf } from '../transports/resource.ts';
import { createObservedActors } from './observed-actors.ts';
import { attributesRule, type ObservationOptions, observationTable } from './options.ts';
import { createRecorder } from './recorder.ts';

/** An observation that {@link observeConnections} has begun. */
export interface Observation {
  /**
   * Observes one more target: a connection that was made before, that of a hook, or an actor that is a connection or
   * has some, now or later. A connection that is added twice, or is observed already, counts once. A request that is
   * under way counts from now on.
   *
   * @param attributes Attributes for everything that is recorded of the target, in addition to those of the options.
   * @returns A function that ends this.
   * @throws TypeError when `attributes` is not an object.
   */
  readonly add: (
    target: Pick<Connection, 'actor' | 'subscribe'> | AnyActorRef | null | undefined,
    attributes?: Attributes,
  ) => () => void;
  /** Ends the observation. The connections go on. */
  readonly stop: () => void;
  readonly [Symbol.dispose]: () => void;
}

/**
 * Records metrics and spans of connections with OpenTelemetry: of every connection that is made from now on, and of
 * those that are added. Call it after the SDK has started.
 *
 * @example
 * ```ts
 * observeConnections({ attributes: { 'url.template': '/api/events' } });
 * ```
 * @throws TypeError when an option is invalid.
 */
export function observeConnections(options: ObservationOptions = {}): Observation {
  const settings = complete(options, observationTable);
  const recorder = createRecorder(settings);
  const actors = createObservedActors(recorder, settings);
  const stopCounting = recorder.countConnections(actors.count);
  const unwatch = watchActors((actor, url) => {
    if (!settings.automatic || !isConnection(actor)) return;
    recorder.guard(() => actors.observe(actor, {}, isFunction(url) ? undefined : resourceOf(String(url))));
  });

  function stop(): void {
    unwatch();
    stopCounting();
    actors.end();
  }

  return {
    add(target, attributes = {}) {
      check({ attributes }, { attributes: attributesRule });
      if (!target) return () => {};
      return 'actor' in target ? actors.follow(target, attributes) : actors.observeSystem(target, attributes);
    },
    stop,
    [dispose]: stop,
  };
}
