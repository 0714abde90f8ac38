import type { ConnectionStatus, JitterKind } from '../../../index.ts';

/** Where a component with a connection comes and goes. All of it happens before the call returns. */
export interface Stage {
  show(): void;
  hide(): void;
  /** Unmounts what `hide` may have kept. */
  end(): void;
}

/** What the component is given. */
export interface FeedProps {
  readonly url: string;
  readonly options: {
    readonly headers: () => Record<string, string>;
    readonly onMessage: () => void;
    readonly maxRetries: number;
    readonly retryDelay: number;
    readonly maxRetryDelay: number;
    readonly jitter: JitterKind;
    readonly history: number;
  };
  readonly onStatus: (status: ConnectionStatus) => void;
}
