export type ProgramName = 'nginx' | 'redis-server' | 'haproxy' | 'caddy';
export const programs: Readonly<Record<ProgramName, string>>;
export function findProgram(name: ProgramName): string | undefined;
