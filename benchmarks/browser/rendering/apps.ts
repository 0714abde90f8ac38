import type { Mount } from './feed.ts';

interface App {
  /** Its name in tables. */
  readonly name: string;
  readonly load: () => Promise<{ readonly mount: Mount }>;
}

/** The apps that show a stream. A page loads only the one that it measures. */
export const apps = {
  nothing: { name: '**sse-machine**, nothing rendered', load: () => import('./nothing.ts') },
  'react-ours': { name: '**sse-machine/react**', load: () => import('./react-ours.tsx') },
  'react-gathering': {
    name: '**sse-machine/react**, schema and `reduce`',
    load: () => import('./react-gathering.tsx'),
  },
  'react-set-state': { name: 'React, `setState` per message', load: () => import('./react-set-state.tsx') },
  'vue-ours': { name: '**sse-machine/vue**', load: () => import('./vue-ours.ts') },
  'vue-gathering': {
    name: '**sse-machine/vue**, schema and `reduce`',
    load: () => import('./vue-gathering.ts'),
  },
  'vue-vueuse': { name: '`useEventSource` of VueUse, `watch`', load: () => import('./vue-vueuse.ts') },
} satisfies Record<string, App>;

/** As the tables need them. */
export const appOf = (name: AppName): App => apps[name];

export type AppName = keyof typeof apps;

export const appNames = Object.keys(apps) as AppName[];
