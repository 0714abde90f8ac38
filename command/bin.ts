#!/usr/bin/env node
import { runDoctor } from '../doctor/command/doctor.ts';
import { runMigrate } from '../migrate/command.ts';

/** The commands, by the first word. */
const commands: Readonly<Record<string, typeof runDoctor>> = { doctor: runDoctor, migrate: runMigrate };

const usage = `sse-machine doctor URL      examines a server that sends Server-Sent Events
sse-machine migrate PATHS   rewrites uses of EventSource and fetchEventSource

With --help, each shows its options.
`;

const [name = '--help', ...words] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

if (command) {
  process.exitCode = await command(words, process);
} else {
  const isWanted = name === '--help' || name === '-h';
  if (isWanted) process.stdout.write(usage);
  else process.stderr.write(`There is no command ${name}.\n\n${usage}`);
  process.exitCode = isWanted ? 0 : 2;
}
