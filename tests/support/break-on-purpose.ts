import type { Plugin } from 'vite';
import { breakages } from './breakages.ts';

/** Breaks the behaviour that `BREAKAGE` names in the modules that a page gets: `tests/browsers/break.ts`. */
export function breakOnPurpose(): Plugin {
  const breakage = breakages.find(({ name }) => name === process.env['BREAKAGE']);
  return {
    name: 'break-on-purpose',
    enforce: 'pre',
    transform(code, filename) {
      if (!breakage || !filename.endsWith(`/${breakage.file}.ts`)) return;
      const parts = code.split(breakage.from);
      if (parts.length !== 2)
        throw new Error(`${breakage.file} has ${parts.length - 1} times: ${breakage.from}`);
      return parts.join(breakage.to);
    },
  };
}
