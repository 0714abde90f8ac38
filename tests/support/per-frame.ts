/** How much a figure grows from one frame of the page to the next, as long as it is watched. */
export function perFrame(figure: () => number) {
  const counts: number[] = [];
  let before = figure();
  let request = requestAnimationFrame(function look() {
    const now = figure();
    counts.push(now - before);
    before = now;
    request = requestAnimationFrame(look);
  });
  return { counts, stop: () => cancelAnimationFrame(request) };
}
