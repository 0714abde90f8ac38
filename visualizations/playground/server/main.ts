import { startPlayground } from './playground.ts';

const asked = process.argv.indexOf('--port');
const { PORT = 5173 } = process.env;
const port = Number(asked === -1 ? PORT : process.argv[asked + 1]);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('The port (PORT or --port) must be a whole number from 0 (any free one) to 65535.');
  process.exit(1);
}

const playground = await startPlayground({ port, watch: true });
console.log(`The playground is at ${playground.url} (Ctrl+C ends it)`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await playground[Symbol.asyncDispose]();
    process.exit(0);
  });
}
