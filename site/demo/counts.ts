/** Numbers that arrive: how many, how many are missing, and how many came again. */
export function createCounts() {
  let [received, missed, twice, last] = [0, 0, 0, 0];
  return {
    take(number: number): void {
      received += 1;
      if (number <= last) twice += 1;
      else if (last > 0) missed += number - last - 1;
      last = Math.max(last, number);
    },
    /** A message that is no number. */
    takeOther(): void {
      received += 1;
    },
    get values(): readonly [received: number, missed: number, twice: number] {
      return [received, missed, twice];
    },
  };
}
