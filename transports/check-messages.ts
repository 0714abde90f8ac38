import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Message } from '../machines/message.ts';
import { abortReason } from './abort.ts';
import type { TransportActorSettings } from './actor-options.ts';
import { countInvalid, InvalidMessage } from './invalid-message.ts';
import { report } from './report.ts';
import type { EventSchemas } from './schemas.ts';

interface MessageCheckOptions {
  readonly schemas: EventSchemas;
  readonly settings: Pick<TransportActorSettings, 'clock' | 'onInvalid' | 'reportError'>;
  readonly connection: object;
  /** Aborts when the outcome is not wanted any more. */
  readonly signal: AbortSignal;
  /** Called with the name of an event that has no schema. */
  readonly onUnknown: (event: string) => void;
}

type Outcome = StandardSchemaV1.Result<unknown>;

/** How long a schema may take, in milliseconds, so that one that hangs does not hold up the stream for ever. */
const patience = 10_000;

/**
 * Makes the function that checks messages by their schemas. It returns the valid ones, in order, with the data that
 * the schemas return: at once, or as a promise where a schema is asynchronous. This is on the hot path.
 */
export function createMessageCheck(options: MessageCheckOptions) {
  const { schemas, settings, connection, signal, onUnknown } = options;
  const { clock, onInvalid, reportError } = settings;
  // Kept from the last message, because most have the same event.
  let name: string | undefined;
  let schema: StandardSchemaV1 | undefined;

  /** @param closing The message of `closeOn`. It closes the connection whatever its data, so it is never reported. */
  return (
    messages: readonly Message[],
    closing?: Message,
  ): readonly Message[] | Promise<readonly Message[]> => {
    const checked: Message[] = [];
    let before: Promise<void> | undefined;
    for (const message of messages) {
      const outcome = begin(message, message === closing);
      if (before || outcome instanceof Promise) before = takeAfter(before, message, outcome);
      else take(message, outcome);
    }
    return before ? before.then(() => checked) : checked;

    function take(message: Message, outcome: Outcome | undefined): void {
      if (!outcome || outcome.issues) return;
      const { value } = outcome;
      checked.push(value === message.data ? message : { ...message, data: value });
    }

    async function takeAfter(
      others: Promise<void> | undefined,
      message: Message,
      outcome: ReturnType<typeof begin>,
    ): Promise<void> {
      await others;
      take(message, await outcome);
    }
  };

  /** @returns The outcome; undefined when there is no schema, or when it failed to answer. */
  function begin(message: Message, isClosing: boolean): Outcome | undefined | Promise<Outcome | undefined> {
    const { event, data } = message;
    if (event !== name) {
      name = event;
      schema = Object.hasOwn(schemas, event) ? schemas[event] : undefined;
    }
    if (!schema) {
      if (!isClosing) onUnknown(event);
      return undefined;
    }
    try {
      const outcome = schema['~standard'].validate(data);
      if (typeof Object(outcome).then !== 'function') return tell(outcome as Outcome);
      return inTime(outcome as Promise<Outcome>)
        .then(tell)
        .catch(tellFault);
    } catch (cause) {
      return tellFault(cause);
    }

    function tell(outcome: Outcome): Outcome {
      if (outcome.issues) refuse(outcome.issues.map(describe).join('; '), outcome.issues);
      return outcome;
    }

    function tellFault(cause: unknown): undefined {
      if (!signal.aborted) refuse('its schema gives no answer', [], { cause });
    }

    function refuse(why: string, issues: readonly StandardSchemaV1.Issue[], fault?: ErrorOptions): void {
      if (isClosing) return;
      countInvalid(connection);
      const words = `A message of '${event}' is left out: ${why}.`;
      report(onInvalid ?? reportError, new InvalidMessage(words, message, issues, fault));
    }
  }

  function inTime(outcome: PromiseLike<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const stop = () => settle(() => reject(abortReason(signal)));
      const timer = clock.setTimeout(() => {
        settle(() => reject(new Error(`It took longer than ${patience} ms.`)));
      }, patience);
      signal.addEventListener('abort', stop);
      function settle(how: () => void): void {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        how();
      }
      outcome.then(
        (value) => settle(() => resolve(value)),
        (cause) => settle(() => reject(cause)),
      );
    });
  }
}

function describe({ message, path = [] }: StandardSchemaV1.Issue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return [keys.join('.'), message].filter(Boolean).join(': ');
}
