import { inspectConnections } from 'sse-machine/inspect';
import { createActor } from 'xstate';
import { session } from '../parent-chart.ts';

const { inspect } = inspectConnections();

export const actor = createActor(session, { inspect });
actor.start();
