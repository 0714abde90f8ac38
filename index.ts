export {
  type ComponentConnection,
  type ComponentUrl,
  createComponentConnection,
} from './adapters/component-connection.ts';
export type {
  AnyMessage,
  BackoffState,
  ClosedState,
  ConnectingState,
  Connection,
  ConnectionState,
  FailedState,
  OpenState,
  ReconnectOptions,
} from './adapters/connection.ts';
export { createConnection } from './adapters/create-connection.ts';
export type { FailedAttempt } from './adapters/lifecycle.ts';
export type { ConnectionOptions } from './adapters/options.ts';
export type { Persistence } from './adapters/persistence.ts';
export type { ConnectionUrl } from './adapters/shared-connections.ts';
export type {
  ConnectionCommands,
  ConnectionView,
  LatestMessages,
  ServerSentEventsOptions,
  ShownMessages,
  ViewOptions,
} from './adapters/view.ts';
export type { ViewStore } from './adapters/view-store.ts';
export type { ConnectionClock } from './machines/clock.ts';
export {
  type AttemptOutcome,
  type CloseReason,
  type ConnectionCommand,
  type ConnectionContext,
  type ConnectionEmitted,
  type ConnectionEvent,
  type ConnectionInput,
  type ConnectionStatus,
  connectionMachine,
  connectionStatuses,
  type Gap,
  type RequestEvent,
  type StreamEvent,
  selectStatus,
  type TransportCommand,
  type TransportEvent,
  type TransportInput,
} from './machines/connection.ts';
export {
  ConnectionError,
  type Failure,
  type FailureDetails,
  type FailureKind,
  failureKinds,
  isConnectionError,
  type PlainConnectionError,
} from './machines/connection-error.ts';
export { type EnvironmentEvent, fromEnvironment } from './machines/environment.ts';
export { type JitterKind, jitterKinds } from './machines/jitter.ts';
export type { Message, MessageBatch } from './machines/message.ts';
export { failurePolicy, type PolicyKey, type PolicyOverrides, type Verdict } from './machines/policy.ts';
export { type ConnectionSettings, defaultSettings, type GivenSettings } from './machines/settings.ts';
export type { JitterFunction, TransportActorOptions } from './transports/actor-options.ts';
export { type EventSourceTransportOptions, eventSourceTransport } from './transports/event-source.ts';
export { type FetchTransportOptions, fetchTransport, type Resume } from './transports/fetch.ts';
export { fromTransport } from './transports/from-transport.ts';
export { InvalidMessage } from './transports/invalid-message.ts';
export type { Parse } from './transports/parse.ts';
export type { ErrorReporter } from './transports/report.ts';
export { type EventSchemas, eventTypes } from './transports/schemas.ts';
export type {
  EventMap,
  EventStream,
  MessageMatcher,
  Supplied,
  TextMessage,
  Transport,
  TransportRequest,
} from './transports/transport.ts';
export type { TransportFactory, TransportOptions } from './transports/transport-factory.ts';
