import { readFileSync, writeFileSync } from 'node:fs';
import { type Job, readArguments, usage } from './arguments.ts';
import { documents, measuredFile, pageFile } from './documents.ts';
import { measured } from './reality/agreement.ts';
import { measure } from './reality/measure.ts';
import { study } from './simulation/study.ts';
import { deployColumns } from './tables/deploy-tables.ts';
import { count, plainTable } from './tables/format.ts';

const job = jobFrom(process.argv.slice(2));
if (job.kind === 'show') show(job);
else {
  if (job.kind === 'measure') {
    console.log(`${count(measured.clients)} real connections: this takes some minutes.`);
    writeFileSync(at(measuredFile), `${JSON.stringify(await measure(measured))}\n`);
  }
  const written = documents(readFileSync(at(pageFile), 'utf8'), readFileSync(at(measuredFile), 'utf8'));
  for (const [file, text] of Object.entries(written)) {
    writeFileSync(at(file), text);
    console.log(file);
  }
}

function jobFrom(given: readonly string[]): Job {
  try {
    return readArguments(given);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(1);
  }
}

function show({ deploys, policies, ...scene }: Extract<Job, { kind: 'show' }>): void {
  for (const deploy of deploys) {
    const results = policies.map((policy) => study({ ...scene, policy, deploy }));
    const away = `the server is away for ${deploy / 1_000} s`;
    const pace = scene.capacity === undefined ? '' : `, and then takes ${count(scene.capacity)} a second`;
    console.log(`\n${count(scene.clients)} clients, ${away}${pace}; seed ${scene.seed}\n`);
    console.log(plainTable(deployColumns, results));
  }
}

/** A file of the repository, by its name from the root. */
function at(file: string): URL {
  return new URL(`../../${file}`, import.meta.url);
}
