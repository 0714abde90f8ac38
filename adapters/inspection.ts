// For visualizations/inspect, which may not import from transports.
export { unaskedOf } from '../transports/asked-for.ts';
export { invalidOf } from '../transports/invalid-message.ts';
export { usersOf } from './shared-connections.ts';
