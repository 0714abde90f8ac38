/** A `refresh` that takes its time, until the test says that it is done. */
export function steppedRefresh() {
  let finish = () => {};
  return {
    refresh: () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    finish: () => finish(),
  };
}
