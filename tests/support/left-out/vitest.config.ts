import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LeftOutReport from '../left-out-report.ts';

// The run in `left-out.test.ts`.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['sample.ts'], reporters: [new LeftOutReport()] },
});
