/** The length of the text of a message; of parsed data, that of the property which every workload has. */
export function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return (data as { text: string }).text.length;
}
