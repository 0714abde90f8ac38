import { objectWith, rule, text } from '../machines/option-table.ts';
import { isSendable } from '../transports/event-id.ts';
import { type ErrorReporter, report } from '../transports/report.ts';

/** Where the last event ID is kept when the page is gone. */
export interface Persistence {
  /** `localStorage`, `sessionStorage`, or anything like it that answers at once. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** The key under which it is kept: one for each stream. */
  readonly key: string;
}

const storageRule = objectWith<Persistence['storage']>('getItem', 'setItem', 'removeItem');

export const persistenceRule = rule<Persistence>(
  'a `storage` and a `key`',
  (value) => storageRule.test(Object(value).storage) && text.test(Object(value).key),
);

/**
 * A storage may be full, or forbidden: that is reported, and costs the connection nothing.
 *
 * @param maxLength The longest ID to read, in characters. A server refuses a longer one (431), at every load again.
 */
export function createPersistedId({ storage, key }: Persistence, maxLength: number, reporter: ErrorReporter) {
  function attempt<Value>(access: () => Value): Value | undefined {
    try {
      return access();
    } catch (error) {
      report(reporter, error);
      return undefined;
    }
  }

  function write(id: string): void {
    attempt(() => (id ? storage.setItem(key, id) : storage.removeItem(key)));
  }

  return {
    /** Removes a value that cannot be sent as an ID: it would be found at every load. */
    read(): string | undefined {
      const id: unknown = attempt(() => storage.getItem(key));
      if (typeof id === 'string' && id.length <= maxLength && isSendable(id)) return id;
      if (id != null) write('');
      return undefined;
    },
    write,
  };
}
