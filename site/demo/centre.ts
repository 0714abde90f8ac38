/** Scrolls an element so that shapes in it are in its middle; the page stays where it is. */
export function centre(element: HTMLElement, shapes: readonly Element[]): void {
  const boxes = shapes.map((shape) => shape.getBoundingClientRect());
  if (boxes.length === 0) return;
  const frame = element.getBoundingClientRect();
  const middle = (sides: readonly number[]) => (Math.min(...sides) + Math.max(...sides)) / 2;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollBy({
    top: middle(boxes.flatMap(({ top, bottom }) => [top, bottom])) - middle([frame.top, frame.bottom]),
    left: middle(boxes.flatMap(({ left, right }) => [left, right])) - middle([frame.left, frame.right]),
    behavior: isCalm ? 'instant' : 'smooth',
  });
}
