import { spawn } from 'node:child_process';
import type { Report } from '../conformance.ts';

/** The line that a program prints with `runAndTell`. */
export interface Told {
  readonly report: Report;
  readonly version: string;
}

/** @throws Error with what the program has said, when it ends without a report. */
export async function runProgram(
  [program, ...words]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Told> {
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    timeout: 500_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  const told = /REPORT(\{.*\})/.exec(output)?.[1];
  if (!told) throw new Error(`${program} ${words.join(' ')} told no report: ${output.slice(-2_000)}`);
  return JSON.parse(told);
}
