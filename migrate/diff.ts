/** How many lines of context to show around a change. */
const context = 2;

/** The lines that differ, with context, as `diff -u` writes them; empty when none does. */
export function diff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const [old, made] = [before.split('\n'), after.split('\n')];
  const rows = rowsOf(old, made);
  const near = (index: number) =>
    rows.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  const shown = rows.map((row, index) => ({ ...row, index })).filter(({ index }) => near(index));
  const lines = shown.flatMap(({ sign, text, line, index }, place) => {
    const isBreak = shown[place - 1]?.index !== index - 1;
    return [...(isBreak ? [`@@ line ${line} @@`] : []), `${sign}${text}`];
  });
  return [`--- ${name}`, `+++ ${name}`, ...lines, ''].join('\n');
}

interface Row {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
  /** The line number in the old file, counted from 1. */
  readonly line: number;
}

/** The lines of both texts as one list, by their longest common subsequence. */
function rowsOf(old: readonly string[], made: readonly string[]): Row[] {
  const width = made.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = made.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        old[i] === made[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const rows: Row[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < made.length) {
    const [was = '', is = ''] = [old[i], made[j]];
    if (i < old.length && j < made.length && was === is) {
      rows.push({ sign: ' ', text: was, line: i + 1 });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === made.length || at(i + 1, j) >= at(i, j + 1))) {
      rows.push({ sign: '-', text: was, line: i + 1 });
      i += 1;
    } else {
      rows.push({ sign: '+', text: is, line: i + 1 });
      j += 1;
    }
  }
  return rows;
}
