import { describe, test } from 'vitest';
import { needs } from '../left-out.ts';

describe('a suite at a server that is nowhere', needs('no-such-server'), () => {
  test('is not run', () => {
    throw new Error('it was run');
  });
  test('is not run either', () => {
    throw new Error('it was run');
  });
});

describe('a suite at a program that is everywhere', needs('sh'), () => {
  test('is run', () => {});
});
