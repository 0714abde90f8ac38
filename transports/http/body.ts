/** Reads the body of an answer, piece by piece. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
}

/** The kinds of body that an answer may have: a stream of the platform, or, with node-fetch, a Readable of Node. */
type AnyBody = Partial<
  Pick<ReadableStream<Uint8Array>, 'getReader' | 'locked'> & AsyncIterable<Uint8Array>
> & {
  destroy?(): void;
};

/** The reader of a body; undefined when it cannot be read, or when it is being read already. */
export function readerOf(body: unknown): BodyReader | undefined {
  const stream = Object(body) as AnyBody;
  if (stream.locked) return undefined;
  if (stream.getReader) return stream.getReader();
  const iterator = stream[Symbol.asyncIterator]?.();
  return (
    iterator && {
      read: () => iterator.next(),
      // `return` of an iterator may wait for the piece that is being read.
      cancel: async () => (stream.destroy ? stream.destroy() : iterator.return?.()),
    }
  );
}

/** Cancels the body of an answer, because an unread body keeps its socket. */
export function drop({ body }: Response): void {
  readerOf(body)
    ?.cancel()
    .catch(() => {});
}
