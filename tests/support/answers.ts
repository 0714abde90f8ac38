/** A query function whose answers a test gives, one for each call that waits. */
export function createAnswers<Data>() {
  const waiting: ((answer: Data | Promise<Data>) => void)[] = [];
  let calls = 0;
  return {
    get calls() {
      return calls;
    },
    get waiting() {
      return waiting.length;
    },
    queryFn: () =>
      new Promise<Data>((resolve) => {
        calls += 1;
        waiting.push(resolve);
      }),
    answer: (data: Data) => waiting.shift()?.(data),
    fail: (error: Error) => waiting.shift()?.(Promise.reject(error)),
  };
}
