import { test } from 'vitest';

test('is run in the browser that is there', () => {});
