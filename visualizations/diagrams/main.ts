import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { documents, pathTo } from './documents.ts';

for (const [name, text] of Object.entries(documents())) {
  const isNews = text !== contentOf(pathTo(name));
  console.log(`${isNews ? 'written' : 'as it was'}  ${name}`);
  if (!isNews) continue;
  mkdirSync(dirname(pathTo(name)), { recursive: true });
  writeFileSync(pathTo(name), text);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
