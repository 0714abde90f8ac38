/**
 * How many turns of the event loop to wait at most. A mutation run sets it: code that is wrong makes its tests wait
 * in vain all the time.
 */
const patience = Number((import.meta as { env?: Record<string, string> }).env?.['PATIENCE'] ?? Infinity);

/** Waits until a condition holds, looking after every turn of the event loop; gives up after thirty seconds. */
export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > patience || performance.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets whatever is under way in the event loop and on loopback run for a while, to see that nothing comes of it. */
export async function quiet(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
