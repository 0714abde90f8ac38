/** Values that are written on one side and read on the other. */
export interface Feed<Value> {
  push(value: Value): void;
  end(): void;
  fail(error: unknown): void;
  readonly values: AsyncGenerator<Value, void>;
}

/** @param onLeft Called when the reader wants no more. */
export function createFeed<Value>(onLeft: () => void): Feed<Value> {
  let written: Value[] = [];
  let isOver = false;
  let fault: { readonly error: unknown } | undefined;
  let wake = () => {};

  async function* read(): AsyncGenerator<Value, void> {
    try {
      while (true) {
        const values = written;
        written = [];
        yield* values;
        if (written.length > 0) continue;
        if (fault) throw fault.error;
        if (isOver) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      onLeft();
    }
  }

  return {
    values: read(),
    push(value) {
      written.push(value);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    fail(error) {
      fault ??= { error };
      wake();
    },
  };
}
