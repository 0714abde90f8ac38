import { dirname } from 'node:path';

export default {
  // The packages lie in the folder above.
  turbopack: { root: dirname(import.meta.dirname) },
};
