import { objectWith, rule, text } from '../machines/option-table.ts';
import { isSendable } from '../transports/event-id.ts';
import { type ErrorReporter, report } from '../transports/report.ts';

/** Where the last event ID is kept while no page is open. */
export interface Persistence {
  /** `localStorage`, `sessionStorage`, or any storage with these methods that answers synchronously. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** The key of the stored ID. Each stream needs one of its own. */
  readonly key: string;
}

const storageRule = objectWith<Persistence['storage']>('getItem', 'setItem', 'removeItem');

export const persistenceRule = rule<Persistence>(
  'a `storage` and a `key`',
  (value) => storageRule.test(Object(value).storage) && text.test(Object(value).key),
);

/**
 * Reads and writes the stored ID. When the storage throws (it is full, or forbidden), that is reported, and the
 * connection goes on.
 *
 * @param maxLength The longest ID to read, in characters. A server may refuse a longer one (431), again at every
 * load.
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
    /** Reads the ID. A value that cannot be sent as an ID is removed, so that it is not found at every load. */
    read(): string | undefined {
      const id: unknown = attempt(() => storage.getItem(key));
      if (typeof id === 'string' && id.length <= maxLength && isSendable(id)) return id;
      if (id != null) write('');
      return undefined;
    },
    write,
  };
}
