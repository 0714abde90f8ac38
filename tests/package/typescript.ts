import packageJson from '../../package.json' with { type: 'json' };

/** A TypeScript, and how apps may have it find the types. */
export interface TypeScript {
  readonly version: string;
  readonly resolutions: readonly ('bundler' | 'nodenext' | 'node10')[];
  /** Whether `npm test` tries it too. */
  readonly isQuick?: boolean;
}

/** From the oldest TypeScript that the declarations are for to the one that makes them. */
export const typescripts: readonly TypeScript[] = [
  { version: '5.4.5', resolutions: ['bundler', 'nodenext', 'node10'], isQuick: true },
  { version: '5.9.3', resolutions: ['bundler', 'nodenext', 'node10'] },
  { version: '6.0.3', resolutions: ['bundler', 'nodenext', 'node10'] },
  { version: packageJson.devDependencies.typescript, resolutions: ['bundler', 'nodenext'], isQuick: true },
];
