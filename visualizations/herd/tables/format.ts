/** A share as two digits that mean something: `15 %`, `6.4 %`, `0.86 %`. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${value === 0 || value >= 99.5 ? value.toFixed(0) : value.toPrecision(2)} %`;
}

/** Milliseconds as seconds; null as `never`. */
export function seconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`;
}

/** A whole number with its thousands apart: `100,000`. */
export function count(whole: number): string {
  return whole.toLocaleString('en-US');
}

/** A column of a table: what stands above it, and what of a row stands in it. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** The table in Markdown; the first column is text, the others are numbers. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map((_, n) => (n === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map(({ cell }) => cell(row)))),
  ].join('\n');
}

/** The same for a terminal. */
export function plainTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)));
  const pad = (cell: string, n: number) =>
    n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0);
  return lines.map((line) => line.map(pad).join('  ')).join('\n');
}
