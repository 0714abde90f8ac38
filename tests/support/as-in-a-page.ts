// Import this first: TanStack Query looks for a window once, and does less where it takes itself to be on a server.
Object.assign(globalThis, { window: {} });
