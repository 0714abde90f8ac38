import { anyOf } from '../machines/rules.ts';

/** What a transport accepts at most, in characters: 16 Mi in an event, 4 Ki in its ID and in its name. */
export const defaultSizes = { maxEventSize: 2 ** 24, maxFieldSize: 2 ** 12 };

export const sizeRule = anyOf([1, Infinity]);
