#!/usr/bin/env node
import { runDoctor } from './command/doctor.ts';

/** The commands, by the first word. */
const commands: Readonly<Record<string, typeof runDoctor>> = { doctor: runDoctor };

const [name = '--help', ...words] = process.argv.slice(2);
const command = commands[name];

if (command) {
  process.exitCode = await command(words, process);
} else {
  const isWanted = name === '--help' || name === '-h';
  const usage = `sse-machine doctor URL   examines a server that sends Server-Sent Events\n\nsse-machine doctor --help shows its options.\n`;
  if (isWanted) process.stdout.write(usage);
  else process.stderr.write(`There is no command ${name}.\n\n${usage}`);
  process.exitCode = isWanted ? 0 : 2;
}
