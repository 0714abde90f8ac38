import { createStore } from '../store.ts';

/** How many tabs the tour has opened, as frames of the page: no page may open as many windows as it likes. */
export const frames = createStore(0);
