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

/** A storage may be full, or forbidden: that is reported, and costs the connection nothing. */
export function createPersistedId({ storage, key }: Persistence, reporter: ErrorReporter) {
  function attempt<Value>(access: () => Value): Value | undefined {
    try {
      return access();
    } catch (error) {
      report(reporter, error);
      return undefined;
    }
  }

  return {
    read(): string | undefined {
      const id = attempt(() => storage.getItem(key)) ?? undefined;
      return id !== undefined && isSendable(id) ? id : undefined;
    },
    write: (id: string) => attempt(() => (id ? storage.setItem(key, id) : storage.removeItem(key))),
  };
}
