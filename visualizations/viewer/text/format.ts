/** A stretch of time: as many digits as matter. */
export function duration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < 1_000) return `${Math.round(length)} ms`;
  if (length < 10_000) return `${trimmed(length / 1_000, 2)} s`;
  if (length < 60_000) return `${trimmed(length / 1_000, 1)} s`;
  const seconds = Math.round(length / 1_000);
  if (seconds < 3_600) return inTwo(seconds, 'min', 's');
  return inTwo(Math.round(seconds / 60), 'h', 'min');
}

/** A number of small units, sixty of which make a large one. */
function inTwo(total: number, large: string, small: string): string {
  const rest = total % 60;
  return `${Math.floor(total / 60)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** A time of day on the clock of this machine, such as `21:04:07.250`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part, 2));
  return `${parts.join(':')}.${padded(date.getMilliseconds(), 3)}`;
}

/** A count with its noun. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function trimmed(number: number, digits: number): string {
  return String(Number(number.toFixed(digits)));
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
