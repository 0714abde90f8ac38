import { test } from 'vitest';
import { needsPrograms } from '../../support/programs.ts';

needsPrograms('redis-server', 'caddy');

test('one', () => {});
test('another', () => {});
