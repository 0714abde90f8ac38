export { type Observation, observeConnections } from './observe-connections.ts';
export type { ObservationOptions } from './options.ts';
