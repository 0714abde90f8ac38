import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for localhost, valid for a day, and its key. Made by hand: not every machine has openssl. */
export function tlsFiles(folder: string): { keyFile: string; certificateFile: string; certificate: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'cert.pem');

  // RFC 5280, 4.1, in DER.
  const algorithm = sequence(objectId('2a8648ce3d040302')); // ecdsa-with-SHA256
  const name = sequence(set(sequence(objectId('550403'), element(0x0c, Buffer.from('localhost')))));
  const validity = sequence(time(Date.now() - 3_600_000), time(Date.now() + 86_400_000));
  const hostName = sequence(objectId('551d11'), octets(sequence(element(0x82, Buffer.from('localhost')))));
  const isAuthority = sequence(objectId('551d13'), octets(sequence(element(0x01, Buffer.of(0xff)))));
  const toSign = sequence(
    element(0xa0, element(0x02, Buffer.of(2))), // version 3
    element(0x02, Buffer.of(1)), // serial number
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(hostName, isAuthority)),
  );
  const signature = element(0x03, Buffer.of(0), sign('sha256', toSign, privateKey));
  const base64 = sequence(toSign, algorithm, signature).toString('base64');
  const certificate = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;

  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(certificateFile, certificate);
  return { keyFile, certificateFile, certificate };
}

const sequence = (...parts: readonly Buffer[]) => element(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => element(0x31, ...parts);
const octets = (...parts: readonly Buffer[]) => element(0x04, ...parts);
const objectId = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));

/** As UTCTime, without the century. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`));
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
