import type { Open } from '../client.ts';
import { listen } from './listen.ts';

export const open: Open = ({ url }, app) => listen(new EventSource(url), app);

export const newSource = (url: string) => new EventSource(url);
