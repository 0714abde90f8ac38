/** Stands for the app around the shapes beside this file. */
export function show(text: string): void {
  console.log(text);
}

export function apply(data: unknown, id: string): void {
  console.log(id, data);
}
