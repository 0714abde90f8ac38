interface Published {
  readonly name: string;
  readonly source: string;
}
export const entries: readonly Published[];
export const commands: readonly Published[];
export const rooms: readonly string[];
export const nodeRooms: readonly string[];
