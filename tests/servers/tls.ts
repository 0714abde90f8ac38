import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../examples/servers/package.json' with { type: 'json' };

/** A certificate for localhost, made as the script of the examples makes it. */
export function tlsFiles(folder: string): { keyFile: string; certificateFile: string; certificate: string } {
  const [program = '', ...args] = packageJson.scripts.certificate.split(' ');
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl made no certificate; install it: ${stderr}`);
  const certificateFile = join(folder, 'cert.pem');
  return {
    keyFile: join(folder, 'key.pem'),
    certificateFile,
    certificate: readFileSync(certificateFile, 'utf8'),
  };
}
