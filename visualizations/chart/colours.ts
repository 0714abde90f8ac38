import { connectionStatuses } from '../../machines/connection.ts';

type Pair = readonly [light: string, dark: string];

/** The colours of all drawings. The contrast of text is at least 4.5:1, that of edges that matter 3:1. */
export const colours = {
  page: ['#f2f3ef', '#0d1011'],
  surface: ['#ffffff', '#15191b'],
  sunken: ['#f3f4f1', '#1c2123'],
  line: ['#dfe1db', '#2a3134'],
  edge: ['#868e88', '#6d7875'],
  ink: ['#1a1e1c', '#e9edeb'],
  muted: ['#586059', '#9ca7a2'],
  focus: ['#1c5bd0', '#8ab8ff'],
  guard: ['#8a3b00', '#ffb27a'],
  delay: ['#6a2fa0', '#cfa8f5'],

  open: ['#12693f', '#6ad9a3'],
  'open-tint': ['#dff3e7', '#11332a'],
  connecting: ['#1a5aa6', '#86bbf8'],
  'connecting-tint': ['#e1ecf9', '#152a42'],
  backoff: ['#845000', '#f2bc66'],
  'backoff-tint': ['#fbedd2', '#382a11'],
  failed: ['#ae221b', '#ff9a92'],
  'failed-tint': ['#fbe4e2', '#421c1a'],
  closed: ['#4f5752', '#b1bbb6'],
  'closed-tint': ['#e8eae6', '#262d2f'],
} as const satisfies Readonly<Record<string, Pair>>;

/** The colours as custom properties: those of one scheme, or of the one that the page has. */
export function colourProperties(scheme?: 'light' | 'dark'): string {
  return Object.entries(colours)
    .map(([name, [light, dark]]) => {
      const value = scheme ? { light, dark }[scheme] : `light-dark(${light}, ${dark})`;
      return `--${name}: ${value};`;
    })
    .join(' ');
}

/** CSS rules that give every element with a status the colours of that status. */
export const statusRules = connectionStatuses
  .map((status) => `[data-status='${status}'] { --tone: var(--${status}); --tint: var(--${status}-tint); }`)
  .join('\n');
