import type { Open } from './client.ts';
import { readText } from './fetch-text.ts';

/** Reads and does not parse: what is held against it is what parsing and everything else keeps in memory. */
export const open: Open = ({ url, receive }) => void readText(url, receive);
