import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import ClosingLine from '../closing-line.ts';
import LeftOutReport from '../left-out-report.ts';

// The run in `left-out.test.ts`: a browser that is there, and one that is not.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'browser',
    include: ['sample.ts'],
    reporters: [
      new ClosingLine(),
      new LeftOutReport([{ suite: 'tests/browser in webkit', reason: 'Xvfb is not installed' }]),
    ],
  },
});
