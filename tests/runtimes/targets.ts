import { scripts } from './targets/chromium.ts';
import { programs } from './targets/programs.ts';
import { reactNative } from './targets/react-native.ts';
import type { Target } from './targets/target.ts';
import { testRunners } from './targets/test-runners.ts';
import { workers } from './targets/workerd.ts';

/** Every runtime that the cases are run in. */
export const targets: readonly Target[] = [
  ...programs,
  ...workers,
  ...scripts,
  ...testRunners,
  ...reactNative,
];
