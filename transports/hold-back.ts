import { memoryOf } from './stream/connection-memory.ts';

/** Holds back the stream of a connection, whose actor is given, until the function that it returns is called. */
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
