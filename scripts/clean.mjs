// Removes what `npm run build` makes, so that nothing of an older build is ever packed.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
