import { EventSource } from '../../../event-source/index.ts';

Object.assign(globalThis, { OurEventSource: EventSource });
parent.postMessage('the frame is there');
