import { readFileSync, writeFileSync } from 'node:fs';
import { fillIn } from './page.ts';
import { readResults } from './results.ts';

// Gathers the results that the last runs have left in docs/compatibility into its page.

const page = new URL('../../docs/compatibility.md', import.meta.url);
writeFileSync(page, fillIn(readFileSync(page, 'utf8'), readResults()));
