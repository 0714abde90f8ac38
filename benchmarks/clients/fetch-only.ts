import type { Open } from './client.ts';
import { readText } from './fetch-text.ts';

/** Reads and does not parse: the baseline for the memory that parsing and everything else keeps. */
export const open: Open = ({ url, receive }) => void readText(url, receive);
