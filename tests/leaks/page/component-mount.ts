import type { Connection, ConnectionStatus, JitterKind, Message } from '../../../index.ts';

/** Where a component with a connection comes and goes. All of it happens before the call returns. */
export interface ComponentMount {
  show(): void;
  hide(): void;
  /** Unmounts everything, also what `hide` keeps. */
  end(): void;
}

/** The props of the component. */
export interface FeedProps {
  readonly url: string;
  /** A connection that outlives every component. */
  readonly shared: Connection;
  readonly options: {
    readonly headers: () => Record<string, string>;
    readonly onMessage: (message: Message) => void;
    readonly maxRetries: number;
    readonly retryDelay: number;
    readonly maxRetryDelay: number;
    readonly jitter: JitterKind;
    readonly history: number;
  };
  readonly onStatus: (status: ConnectionStatus) => void;
}
