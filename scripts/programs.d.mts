export type ProgramName =
  | 'nginx'
  | 'redis-server'
  | 'haproxy'
  | 'caddy'
  | 'firefox-esr'
  | 'WebKitWebDriver'
  | 'Xvfb';
export const programs: Readonly<Record<ProgramName, string>>;
export function findProgram(name: ProgramName): string | undefined;
