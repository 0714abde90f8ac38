const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const scaled = count / 1_000 ** power;
  return `${scaled.toFixed(power > 0 && scaled < 100 ? 1 : 0)} ${units[power]}`;
}

export function rate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Tenths of a second while they matter. */
export function seconds(milliseconds: number): string {
  const total = Math.max(0, milliseconds) / 1_000;
  return total < 60 ? `${total.toFixed(1)} s` : `${Math.floor(total / 60)} min ${Math.floor(total % 60)} s`;
}
