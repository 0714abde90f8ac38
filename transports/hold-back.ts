import { memoryOf } from './stream/connection-memory.ts';

/** Stops reading the stream of a connection, given by its actor, until the returned function is called. */
export function holdBack(connection: object): () => void {
  const { holds } = memoryOf(connection);
  let release = () => {};
  const hold = new Promise<void>((resolve) => {
    release = () => {
      holds.delete(hold);
      resolve();
    };
  });
  holds.add(hold);
  return release;
}
