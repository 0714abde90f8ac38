import { readdirSync, readFileSync } from 'node:fs';

/** Between two looks, in milliseconds. */
const interval = 10;
/** Usual for any timer, in milliseconds. */
const tolerance = 5;

/**
 * @param leader A process that is waited for, and leads a group: on Linux the waits of each thread of the group for a
 *   processor are known, and the time that a host took from this machine, beside the waits of this process.
 * @returns Stops, and says for how long in all the machine was busy with something else, in milliseconds.
 */
export function measureLateness(leader?: number): () => number {
  const waits = watchWaits(leader);
  let last = performance.now();
  let late = 0;
  const timer = setInterval(look, interval);
  return () => {
    // The end may be told before the timer, to a process that was late for both.
    look();
    clearInterval(timer);
    return late;
  };

  function look(): void {
    const elapsed = performance.now() - last;
    last += elapsed;
    const own = elapsed - interval;
    // They may have been at the same time, or one after another: never longer than the time that has passed.
    late += Math.min(elapsed, Math.max(own > tolerance ? own : 0, waits()));
  }
}

/** @returns For how long the threads of a group have waited since the last call, in milliseconds, all together. */
function watchWaits(leader: number | undefined): () => number {
  const members = leader === undefined ? [] : membersOf(leader);
  const known = new Map<string, number>();
  sumUp();
  return sumUp;

  function sumUp(): number {
    let sum = increase('stolen', timeStolen());
    for (const file of members.flatMap(threadsOf)) sum += increase(file, waitOf(file));
    return sum;
  }

  function increase(name: string, total = known.get(name) ?? 0): number {
    const before = known.get(name) ?? 0;
    known.set(name, total);
    return total - before;
  }
}

function membersOf(leader: number): string[] {
  return list('/proc').filter((pid) => /^\d+$/.test(pid) && groupOf(pid) === leader);
}

function groupOf(pid: string): number {
  // The name of a program may have spaces and brackets in it.
  const [, , group] = (read(`/proc/${pid}/stat`) ?? '').replace(/^.*\) /s, '').split(' ');
  return Number(group);
}

function threadsOf(pid: string): string[] {
  return list(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
}

/** For how long a thread could have run, but had no processor, in milliseconds; undefined if nobody knows. */
function waitOf(file: string): number | undefined {
  const [, nanoseconds] = read(file)?.split(' ') ?? [];
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

/** For how long a host let its other guests run on the processors of this one, in milliseconds; told in hundredths. */
function timeStolen(): number | undefined {
  const ticks = read('/proc/stat')?.match(/^cpu +(?:\d+ ){7}(\d+)/)?.[1];
  return ticks === undefined ? undefined : Number(ticks) * 10;
}

/** Nothing for a folder that is not there: of a process that has ended, or on another system. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
