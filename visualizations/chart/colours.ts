import { type ConnectionStatus, connectionStatuses } from '../../machines/connection.ts';

type Scheme = 'light' | 'dark';
type Pair = readonly [light: string, dark: string];

/** Each status in its own tone, on its own tint: at least 4.5:1. */
export const statusColours: Readonly<Record<ConnectionStatus, { tone: Pair; tint: Pair }>> = {
  connecting: { tone: ['#1a5aa6', '#86bbf8'], tint: ['#e1ecf9', '#152a42'] },
  open: { tone: ['#12693f', '#6ad9a3'], tint: ['#dff3e7', '#11332a'] },
  backoff: { tone: ['#845000', '#f2bc66'], tint: ['#fbedd2', '#382a11'] },
  failed: { tone: ['#ae221b', '#ff9a92'], tint: ['#fbe4e2', '#421c1a'] },
  closed: { tone: ['#4f5752', '#b1bbb6'], tint: ['#e8eae6', '#262d2f'] },
};

const colours: Readonly<Record<string, Pair>> = {
  surface: ['#ffffff', '#15191b'],
  sunken: ['#f6f7f4', '#1c2123'],
  edge: ['#868e88', '#6d7875'],
  ink: ['#1a1e1c', '#e9edeb'],
  muted: ['#586059', '#9ca7a2'],
  guard: ['#8a3b00', '#ffb27a'],
  delay: ['#6a2fa0', '#cfa8f5'],
};

/** The colours as custom properties: of one scheme, or of the one that the page has. */
export function colourRules(scheme?: Scheme): string {
  const value = ([light, dark]: Pair) => (scheme ? { light, dark }[scheme] : `light-dark(${light}, ${dark})`);
  const all = Object.entries(colours).map(([name, pair]) => `--${name}: ${value(pair)};`);
  const each = connectionStatuses.map((status) => {
    const { tone, tint } = statusColours[status];
    return `.chart [data-status='${status}'] { --tone: ${value(tone)}; --tint: ${value(tint)}; }`;
  });
  return `.chart { ${all.join(' ')} }\n${each.join('\n')}`;
}
