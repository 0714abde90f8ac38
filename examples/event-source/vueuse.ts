import { useEventSource } from '@vueuse/core';
import { createEventSource } from 'sse-machine/event-source';

globalThis.EventSource = createEventSource({ maxRetries: Infinity });

export const useNotifications = (url: string) => useEventSource(url, ['notification'] as const);
