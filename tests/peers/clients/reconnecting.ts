import ReconnectingEventSource from 'reconnecting-eventsource';
import type { Open } from '../client.ts';
import { listen } from './listen.ts';

export const open: Open = ({ url }, app) => listen(new ReconnectingEventSource(url), app);

export const newSource = (url: string) => new ReconnectingEventSource(url);
