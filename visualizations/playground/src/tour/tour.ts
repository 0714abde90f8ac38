import { createActor } from 'xstate';
import { tourMachine } from './tour-machine.ts';

export { readingTime, stepOf } from './tour-machine.ts';

/** The tour of this page. */
export const tour = createActor(tourMachine).start();
