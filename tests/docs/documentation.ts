import { readFileSync } from 'node:fs';

/** A file of the repository, by its name from the root. */
export const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

/** A page of the documentation: what it says is held against what the code does. */
export function documentation(name: string) {
  const page = read(name);
  return {
    /** The files that are quoted, and how. */
    examples: [...page.matchAll(/<!-- example: (\S+) -->\n```\w+\n([\s\S]*?)```/g)].map(
      ([, file = '', text]) => [file, text] as const,
    ),
    /** The cells of a table, without the code marks. */
    table(title: string): string[][] {
      const rows = page.split(`<!-- table: ${title} -->\n`)[1]?.split('\n\n')[0]?.split('\n').slice(2) ?? [];
      return rows.map((row) =>
        row
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    },
  };
}
