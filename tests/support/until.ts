/** Waits until a condition holds, looking after every turn of the event loop; gives up after thirty seconds. */
export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited thirty seconds in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets whatever is under way in the event loop and on loopback run for a while, to see that nothing comes of it. */
export async function quiet(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
