import { readdirSync, readFileSync } from 'node:fs';

/** The use of some processes, with all that they have started. */
export interface Cost {
  /** Processor time since they began, in seconds. */
  readonly cpu: number;
  /** Resident memory, in bytes. */
  readonly memory: number;
}

/** Linux tells it in ticks of 10 ms and pages of 4 KiB. */
export function costOf(...pids: readonly (number | undefined)[]): Cost {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const wanted = new Set<number>(pids.filter((pid) => pid !== undefined));
  // Twice, to find the processes of workers too: as a rule their number is greater than that of their master.
  for (let depth = 0; depth < 2; depth += 1) {
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  const own = all.filter(({ pid }) => wanted.has(pid));
  return {
    cpu: own.reduce((sum, { ticks }) => sum + ticks, 0) / 100,
    memory: own.reduce((sum, { pages }) => sum + pages, 0) * 4096,
  };
}

function statOf(name: string) {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name of the program is in brackets, and may have spaces.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0] = fields.slice(11);
    return { pid: Number(name), parent, ticks: user + system, pages: fields[21] ?? 0 };
  } catch {
    return undefined;
  }
}
