import { fetch } from 'expo/fetch';
import { createConnection } from 'sse-machine';
import { watchApp } from './watch-app.ts';

export const notifications = createConnection('https://example.com/api/events', { fetch });

watchApp(notifications);
