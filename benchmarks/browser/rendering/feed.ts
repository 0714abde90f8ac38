import type { Reading } from './send-paced.ts';

/** The input of an app under load: where the readings come from, and the functions that it calls. */
export interface Feed {
  readonly url: string;
  /** Called with every reading that the app gets to see. */
  readonly onMessage: (reading: Reading) => void;
  /** Called whenever the component renders. */
  readonly onRender: () => void;
}

/** Puts the app on the page. Each app is a module with a `mount`. */
export type Mount = (host: Element, feed: Feed) => void;

/** How many of the last readings an app shows. */
export const shownReadings = 100;
