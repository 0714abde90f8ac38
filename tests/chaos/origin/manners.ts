import type { Delivery, ShownState } from '../client/client.ts';
import type { Draw } from '../draw.ts';
import type { Sight } from '../oracle/verdict.ts';
import type { Role } from '../roles.ts';
import type { LoggedEvent } from './event-log.ts';
import { createAnew } from './manners/anew.ts';
import { createBlind } from './manners/blind.ts';
import { createCheckpoints } from './manners/checkpoints.ts';
import { createNumbered } from './manners/numbered.ts';

/** One stream as its server writes it. */
export interface Script {
  /** Its first bytes. */
  readonly first: string;
  /** The bytes for a new entry of the log. */
  next(entry: LoggedEvent): string;
  /** The server has said all, and may end the stream. */
  readonly isOver: boolean;
  /** Nobody reads it any more. */
  leave?(): void;
}

/** The way in which a server talks to one client, and the messages that the client has to be handed of it. */
export interface Manner {
  /** How many messages were handed over. */
  readonly count: number;
  /** The client has an event ID, as far as its messages tell. */
  readonly holdsId: boolean | 'unsure';
  /** The server says when there is nothing more to come. */
  readonly hasFarewell: boolean;
  /** Messages without IDs have arrived in the newest attempt. */
  readonly hasMessages: boolean;
  /** Nothing is left to come. */
  readonly isComplete: boolean;
  /** For a person. */
  readonly stand: string;
  /** An attempt begins. */
  ask(): void;
  /** The client may forget where it was, and ask for a stream from now on. */
  mayForget(): void;
  /** A request has reached the server. */
  open(resumeAfter: string): Script;
  receive(message: Delivery): void;
  show(state: ShownState): void;
  /** The app has made another connection. */
  begin(): void;
  /** The connection has opened, or told of a gap. */
  hear(news: 'opened' | 'gap'): void;
}

export interface MannerOptions {
  readonly log: readonly LoggedEvent[];
  readonly role: Role;
  readonly sight: Sight;
  readonly draw: Draw;
  /** Something new has reached the app. */
  readonly onNews: () => void;
  /** The app has heard that there is nothing more to come. */
  readonly onFarewell: () => void;
  readonly complain: (fault: string) => void;
}

export function createManner(options: MannerOptions): Manner {
  switch (options.role.manner) {
    case 'anew':
      return createAnew(options);
    case 'checkpoints':
      return createCheckpoints(options);
    case 'blind':
      return createBlind(options);
    case 'log':
    case 'recent':
    case 'again':
      return createNumbered(options);
  }
}
