/** The data of the events of the playground's server. Each event has some of these fields. */
export interface EventData {
  /** Contiguous within a `run`, whatever the event. */
  readonly seq?: number;
  readonly run?: string;
  /** When it happened, in milliseconds. */
  readonly at?: number;
  /** `cpu`: how busy each core is, from 0 to 1. */
  readonly cores?: readonly number[];
  /** `memory`, in bytes. */
  readonly total?: number;
  readonly free?: number;
  readonly rss?: number;
  /** `event-loop`: how late timers are, in milliseconds. */
  readonly mean?: number;
  readonly p99?: number;
  readonly max?: number;
  /** `network`, in bytes per second. */
  readonly received?: number;
  readonly sent?: number;
  readonly source?: string;
  /** `message`. */
  readonly text?: string;
  /** `replay-lost`: how many events the server no longer has. */
  readonly count?: number;
}
