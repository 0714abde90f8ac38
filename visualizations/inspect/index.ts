export { type Inspection, inspectConnections } from './inspect-connections.ts';
export type { InspectionOptions, InspectionViewer } from './options.ts';
