/** A queue of values: written on one side, read on the other. */
export interface Feed<Value> {
  push(value: Value): void;
  /** @param error The error that the reader gets after the last value, if any. */
  end(error?: unknown): void;
  readonly values: AsyncGenerator<Value, void>;
}

/** @param onLeft Called when the reader stops. */
export function createFeed<Value>(onLeft: () => void): Feed<Value> {
  let written: Value[] = [];
  let isOver = false;
  let fault: unknown;
  let wake = () => {};

  async function* read(): AsyncGenerator<Value, void> {
    try {
      while (!isOver || written.length > 0) {
        const values = written;
        written = [];
        yield* values;
        if (isOver || written.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (fault) throw fault;
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
    end(error) {
      isOver = true;
      fault = error;
      wake();
    },
  };
}
