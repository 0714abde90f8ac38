export type { Chance } from './chance.ts';
export { createTestClock, type TestClock, type TestClockOptions } from './clock.ts';
export { createTestPage, type TestPage } from './page.ts';
export {
  type ConnectionPath,
  type ConnectionPathsOptions,
  connectionPaths,
  type PathStep,
} from './paths/connection-paths.ts';
export { type PathEvent, pathEvents } from './paths/events.ts';
export type { ExpectedState, PathStage } from './paths/step.ts';
export type {
  Acceptance,
  Refusal,
  ScriptedBlock,
  ScriptedMessage,
  ScriptedPeer,
  ScriptedPeerOptions,
  ScriptedRequest,
} from './scripted.ts';
export { createScriptedResolver, type ScriptedResolver } from './scripted-resolver.ts';
export { createScriptedServer, type ScriptedServer, type ScriptedServerOptions } from './scripted-server.ts';
export { createScriptedTransport, type ScriptedTransport } from './scripted-transport.ts';
